"""The command line."""

from __future__ import annotations

from marketsim.cli.app import app, main

__all__ = ["app", "main"]
