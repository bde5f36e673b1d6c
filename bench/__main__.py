"""Lists the benchmarks and runs them: `python -m bench`, `python -m bench --list`, `python -m bench NAME...`.

A benchmark is a module of this folder with a function `main(arguments)`; its first line says what it
measures. Options after `--` are handed to each.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench


def names() -> list[str]:
    return sorted(one.name for one in pkgutil.iter_modules(bench.__path__) if not one.name.startswith("_"))


def main(arguments: list[str]) -> int:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    chosen, options = arguments[:end], arguments[end + 1 :]
    if chosen == ["--list"]:
        for name in names():
            about = importlib.import_module(f"bench.{name}").__doc__ or ""
            print(f"{name:20} {about.partition(chr(10))[0]}")
        return 0
    unknown = sorted(set(chosen) - set(names()))
    if unknown:
        print(f"no benchmark {unknown[0]!r}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    for name in chosen or names():
        print(f"== {name}", flush=True)
        importlib.import_module(f"bench.{name}").main(options)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
