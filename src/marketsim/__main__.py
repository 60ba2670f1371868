"""`python -m marketsim` is the command `marketsim`."""

from __future__ import annotations

from marketsim.cli import main

if __name__ == "__main__":
    main()
