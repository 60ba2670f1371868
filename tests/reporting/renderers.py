"""Programs with which reports are looked at: tests are skipped without them, unless they are required."""

from __future__ import annotations

import os

REQUIRED = os.environ.get("MARKETSIM_RENDERERS") == "required"
"""Whether a missing program is a failure, as on the machine that checks every change."""


def absent(found: object) -> bool:
    """Tell whether a test is to be skipped, as a program was not found and may be missing."""
    return not found and not REQUIRED
