"""Plot: docs/scale.svg, the time of each query by the number of interactions, as `bench scale` noted them.

Both axes are logarithmic. Nothing is measured here.

    python -m bench._plot
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).parent / "figures" / "scale.json"
PLOT = Path(__file__).parents[1] / "docs" / "scale.svg"

WIDTH, HEIGHT = 900, 520
LEFT, TOP, RIGHT, BOTTOM = 70, 40, 280, 60
LABEL_PX = 15
TENTHS_BELOW_MS = 10
LEAST = 1
"""The place of the least time: medians tell more of what else the machine did."""

INK, FAINT = "#222", "#ddd"
COLOURS = (
    *("#1b6ca8", "#d1495b", "#2e8b57", "#8e5ea2", "#e08e0b"),
    *("#0b7285", "#a0522d", "#6c757d", "#c2185b", "#3f51b5"),
)


def draw() -> None:
    """Write the picture anew."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    PLOT.write_text("\n".join(drawn(figures)) + "\n", encoding="utf-8")
    print(f"drew {PLOT.name} of {len(figures)} scales")


def drawn(figures: list[dict[str, Any]]) -> Iterator[str]:
    """The lines of the picture."""
    names = list(figures[0]["times_ms"])
    scales = [one["interactions"] for one in figures]
    times = [one["times_ms"][name][LEAST] for one in figures for name in names]
    across = _Axis(min(scales), max(scales), LEFT, WIDTH - RIGHT)
    up = _Axis(_power_below(min(times)), _power_below(max(times)) * 10, HEIGHT - BOTTOM, TOP)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img">'
    )
    yield "<title>Time of each query over the number of interactions</title>"
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    yield _text(
        LEFT, TOP - 16, "ms, the least of several whole calls that give member numbers; 2 cores", "start"
    )
    yield from _grid(across, up, scales)
    ends = []
    for place, name in enumerate(names):
        points = [(across.at(one["interactions"]), up.at(one["times_ms"][name][LEAST])) for one in figures]
        colour = COLOURS[place % len(COLOURS)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for x, y in points:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
        ends.append((points[-1][1], f"{name}: {_ms(figures[-1]['times_ms'][name][LEAST])}", colour))
    yield from _labels(sorted(ends))
    yield "</svg>"


def _ms(time: float) -> str:
    return f"{time:,.1f} ms" if time < TENTHS_BELOW_MS else f"{time:,.0f} ms"


class _Axis:
    """A logarithmic axis, from one value and place to another."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high = math.log10(low), math.log10(high)
        self.start, self.end = start, end

    def at(self, value: float) -> float:
        part = (math.log10(value) - self.low) / max(self.high - self.low, 1e-9)
        return self.start + part * (self.end - self.start)


def _power_below(value: float) -> float:
    return float(10 ** math.floor(math.log10(value)))


def _grid(across: _Axis, up: _Axis, scales: list[int]) -> Iterator[str]:
    for power in range(round(up.low), round(up.high) + 1):
        y = up.at(10.0**power)
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{FAINT}"/>'
        yield _text(LEFT - 8, y + 4, f"{10.0**power:g}", "end")
    for scale in scales:
        x = across.at(scale)
        yield f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="{FAINT}"/>'
        yield _text(x, HEIGHT - BOTTOM + 20, f"{scale / 1e6:g}M", "middle")
    yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, "interactions, 50 for each contact", "middle")


def _labels(ends: list[tuple[float, str, str]]) -> Iterator[str]:
    """At the right, in the order of the lines, none over another."""
    y = -math.inf
    for wanted, label, colour in ends:
        y = max(wanted + 4, y + LABEL_PX)
        yield _text(WIDTH - RIGHT + 12, y, label, "start", colour)


def _text(x: float, y: float, text: str, anchor: str, colour: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'


if __name__ == "__main__":
    draw()
