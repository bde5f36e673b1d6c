"""Draws the README's picture: a terminal in which the demo is asked why somebody is in a segment.

python -m tests.tidy.picture demo-workspace docs/images/why.svg
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

COMMANDS = (
    ("segment", "show", "Big spenders"),
    ("segment", "members", "Big spenders", "--column", "city", "--column", "tier", "--limit", "3"),
    ("segment", "explain", "Big spenders", "{member}"),
)


def draw(workspace: Path, picture: Path) -> None:
    """Run the commands on a demo workspace, and draw what they print."""
    console = Console(record=True, width=118, file=io.StringIO())
    member = ""
    for command in COMMANDS:
        words = [word.format(member=member) for word in command]
        shown = " ".join(f'"{word}"' if " " in word else word for word in words)
        console.print(Text(f"$ satsuma -C demo {shown}", style="bold green"))
        satsuma = Path(sys.executable).with_name("satsuma")
        done = subprocess.run(
            [satsuma, "-C", workspace, *words],
            capture_output=True,
            text=True,
            check=False,
            env={"COLUMNS": "118", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        )
        console.print(Text(done.stdout.rstrip() + "\n"))
        if words[1] == "members":
            member = next(iter(re.findall(r"c-\d+", done.stdout)), "")
    svg = console.export_svg(title="Why is this contact in the segment?", theme=MONOKAI)
    # Fonts are the reader's own: a picture in a README fetches nothing.
    svg = re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    picture.parent.mkdir(parents=True, exist_ok=True)
    lines = (line.rstrip() for line in svg.splitlines())
    picture.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
