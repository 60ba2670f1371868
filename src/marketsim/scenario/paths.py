"""Dotted paths of users: reading them, and saying what is wrong with one that leads nowhere."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from marketsim.scenario.outline import ROOT, Segments, Shape, child, entry, field_names

OPEN_NAMES = (
    "offers",
    "levers",
    "per_customer_by_segment",
    "brand_logits",
    "external_awareness_per_year",
    "field_jobs_per_outage",
    "fuels",
    "fading_brand_logits",
    "initial_share_by_segment",
    "markup_by_segment",
    "outages_per_year",
    "tolerance_hours",
    "voltage_quality_by_region",
    "by_segment",
    "parameters",
    "region_mix",
    "sources",
)
"""Mappings of names to which a change may add an entry."""
_SINGULAR = {
    "retailers": "retailer",
    "segments": "segment",
    "offers": "offer",
    "levers": "lever",
    "regions": "region",
    "tags": "tag",
}
_SHOWN = 12


def split(path: str) -> Segments:
    """Return the parts of a dotted path; what follows a policy's name, `assumptions` or `scaled` of a sweep is one part."""
    parts = path.split(".")
    if parts[0] == "policies" and len(parts) > 2:
        return ("policies", parts[1], ".".join(parts[2:]))
    if parts[0] == "assumptions" and len(parts) > 1:
        return ("assumptions", ".".join(parts[1:]))
    if parts[0] == "sweep" and parts[4:5] == ["scaled"] and len(parts) > 5:
        return (*parts[:5], ".".join(parts[5:]))
    return tuple(int(part) if part.isdecimal() and len(part) < 4 and i else part for i, part in enumerate(parts))


def join(path: Iterable[str | int]) -> str:
    """Return the dotted path of its parts."""
    return ".".join(map(str, path))


def touches(path: str, others: Iterable[str]) -> bool:
    """Return whether a dotted path contains, is part of, or is one of the others; `*` is any name."""
    parts = path.split(".")
    return any(all(_same(a, b) for a, b in zip(parts, other.split("."), strict=False)) for other in others)


def _same(part: str, other: str) -> bool:
    return part == other or "*" in (part, other)


def locate(path: str, data: Any) -> Segments:
    """Return the parts of a dotted path, with positions only where the data has lists."""
    parts: list[str | int] = []
    for part in split(path):
        in_list = isinstance(data, list | tuple)
        part = part if in_list and isinstance(part, int) else str(part)
        parts.append(part)
        data = entry(data, part)
    return tuple(parts)


def closest(word: str, words: Iterable[str], count: int = 1) -> list[str]:
    """Return the words most like the given one, best first; none if all are too different."""
    lowered = {candidate.lower(): candidate for candidate in words}
    found = difflib.get_close_matches(word.lower(), lowered, n=count, cutoff=0.6)
    return [lowered[match] for match in found]


def one_of(words: Iterable[str], word: str = "") -> str:
    """Return a list of words for a message: all, or those most like the given one where there are many."""
    names = list(words)
    if len(names) <= _SHOWN:
        return ", ".join(names) if names else "none"
    shown = closest(word, names, 5) or names[:_SHOWN]
    return f"{', '.join(shown)} and {len(names) - len(shown)} others"


def no_such(what: str, name: str, names: Iterable[str]) -> str:
    """Return the message that a name does not exist, and which there are."""
    known = list(names)
    near = closest(name, known) if len(known) > 4 else []
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"there is no {what} {name}; there are {one_of(known, name)}{hint}"


def unknown_field(name: str, names: Iterable[str]) -> str:
    """Return the message that a section has no such field, with the nearest one."""
    known = list(names)
    near = closest(name, known)
    hint = f"did you mean {near[0]}?" if near else f"the fields here are {one_of(known, name)}"
    return f"unknown field {name}; {hint}"


def fault(path: Segments, data: Any) -> str | None:
    """Return what is wrong with a path at which a value is to be set, or None if nothing is.

    Args:
        path: parts of the path.
        data: the whole scenario as plain data with its defaults.
    """
    shape: Shape | None = ROOT
    catalogue = entry(data, "levers")
    for depth, key in enumerate(path):
        if shape is None:
            return None
        problem = _step_fault(path, depth, shape, data, catalogue)
        if problem:
            return problem
        shape, data = child(shape, key, data), entry(data, key)
    return None


def _step_fault(path: Segments, depth: int, shape: Shape, data: Any, catalogue: Any) -> str | None:
    key = path[depth]
    if shape.kind in ("section", "variants"):
        known = field_names(shape, data)
        return None if key in known else unknown_field(str(key), known)
    if shape.kind == "names":
        return _name_fault(path, depth, data, catalogue)
    if shape.kind == "list":
        count = len(data) if isinstance(data, list | tuple) else 0
        fits = isinstance(key, int) and key < count
        return None if fits else f"{key} is no position in this list; positions are 0 to {count - 1}"
    return f"{join(path[:depth])} is a single value; nothing can stand below it"


def _name_fault(path: Segments, depth: int, data: Any, catalogue: Any) -> str | None:
    of, key = str(path[depth - 1]), str(path[depth])
    names = list(data) if isinstance(data, dict) else []
    is_last = depth == len(path) - 1
    if key in names or path[0] in ("policies", "assumptions", "break_even", "budget", "sweep"):
        return None
    if of in OPEN_NAMES and is_last:
        return None
    if of == "levers" and depth > 1:
        known = list(catalogue) if isinstance(catalogue, dict) else []
        return None if key in known else no_such("lever", key, known)
    return no_such(_SINGULAR.get(of, "entry"), key, names)
