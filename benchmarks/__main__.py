"""python -m benchmarks [NAME …]: run the benchmarks and print each figure beside its floor, with the ratio."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = ("refresh", "connectors", "matrix", "page", "scan")

if __name__ == "__main__":
    for name in sys.argv[1:] or NAMES:
        import_module(f"benchmarks.{name}").main()
