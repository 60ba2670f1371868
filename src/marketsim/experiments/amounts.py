"""Lengths of time and sizes of memory, as a user writes them and as messages show them."""

from __future__ import annotations

import math
import re

from marketsim.errors import Problem, ScenarioError

_SECONDS = {"s": 1, "sec": 1, "min": 60, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_AMOUNT = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z]*)\s*", re.IGNORECASE)


def parse_duration(text: str, option: str = "--time-limit") -> float:
    """Return the seconds that a text such as ``90s``, ``5min``, ``2h`` or ``90`` says.

    Args:
        text: the text.
        option: where it was given, for the message.

    Raises:
        ScenarioError: it says no time above zero.
    """
    return _amount(text, _SECONDS, "s", option, "must be a time above zero, such as 90s, 5min or 2h")


def parse_size(text: str, option: str = "--memory-limit") -> int:
    """Return the bytes that a text such as ``2GB``, ``500 MB`` or ``1.5GiB`` says.

    Args:
        text: the text.
        option: where it was given, for the message.

    Raises:
        ScenarioError: it says no size of at least a byte, or has no unit.
    """
    right = "must be a size with its unit, such as 500MB, 2GB or 1.5GiB"
    size = int(_amount(text, _BYTES, "", option, right))
    if size < 1:
        raise _wrong(option, right, text)
    return size


def _amount(text: str, units: dict[str, int], default: str, option: str, right: str) -> float:
    found = _AMOUNT.fullmatch(text)
    unit = (found.group(2).lower() or default) if found else ""
    if found is None or unit not in units:
        raise _wrong(option, right, text)
    amount = float(found.group(1)) * units[unit]
    if amount <= 0 or not math.isfinite(amount):
        raise _wrong(option, right, text)
    return amount


def _wrong(option: str, right: str, text: str) -> ScenarioError:
    return ScenarioError([Problem(option, right, text)], "the command")


def describe_duration(seconds: float) -> str:
    """Return for example ``90 s``, ``5 min`` or ``2 h``; a whole number of the largest unit that gives one."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def describe_size(size: float) -> str:
    """Return for example ``2 GB`` or ``512 MB``."""
    for unit in ("TB", "GB", "MB", "kB"):
        if size >= _BYTES[unit.lower()]:
            return f"{size / _BYTES[unit.lower()]:.3g} {unit}"
    return f"{size:g} B"
