"""In what two stored studies differ besides their policies: versions, lengths, agents, and values of their scenarios."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Manifest = Mapping[str, Any]
_MISSING = "not there"
_LONGEST = 40
_ABOUT_THE_QUESTION = frozenset(
    {
        "title",
        "question",
        "expectation",
        "report",
        "show",
        "assumptions",
        "break_even",
        "budget",
        "sweep",
        "policies",
        "factors",
    }
)
"""What a scenario says of its study, not of its market."""
_NOT_THE_MARKET = ("seed", "replications", "check_replications")
_RUN = ("months", "warmup_months", "evaluate_from_month", "agents")


def facts_that_differ(one: Manifest, other: Manifest) -> list[str]:
    """Return in words what identifies two studies and is not the same: `what (of one, of the other)`."""
    rows = [(name, one.get(key), other.get(key)) for name, key in (("scenario hash", "short_hash"), ("seed", "seed"))]
    rows += [("version of marketsim", one.get("marketsim"), other.get("marketsim"))]
    rows += [(name.replace("_", " "), _run(one).get(name), _run(other).get(name)) for name in _RUN]
    rows += [("status", one.get("status"), other.get("status"))]
    return [f"{name} ({_shown(a)}, {_shown(b)})" for name, a, b in rows if a != b]


def _run(manifest: Manifest) -> Mapping[str, Any]:
    run: Mapping[str, Any] = manifest.get("scenario", {}).get("run", {})
    return run


def values_that_differ(one: Manifest, other: Manifest) -> list[str]:
    """Return the paths of the scenarios at which the markets differ: `path: value of one, value of the other`.

    Policies count where both studies have one of that name; data files where their contents differ. What
    `facts_that_differ` names is left out, and the number of worlds.
    """
    first, second = dict(_leaves(_market(one, other))), dict(_leaves(_market(other, one)))
    paths = [
        path for path in dict.fromkeys([*first, *second]) if first.get(path, _MISSING) != second.get(path, _MISSING)
    ]
    files = {**one.get("data_files", {}), **other.get("data_files", {})}
    changed = [name for name in files if one.get("data_files", {}).get(name) != other.get("data_files", {}).get(name)]
    return [
        *(f"{path}: {_shown(first.get(path, _MISSING))}, {_shown(second.get(path, _MISSING))}" for path in paths),
        *(f"data file {name}: other contents" for name in changed),
    ]


def _market(manifest: Manifest, other: Manifest) -> dict[str, Any]:
    scenario = manifest.get("scenario", {})
    common = set(scenario.get("policies", {})) & set(other.get("scenario", {}).get("policies", {}))
    policies = {name: changes for name, changes in scenario.get("policies", {}).items() if name in common}
    rest = {key: value for key, value in scenario.items() if key not in _ABOUT_THE_QUESTION}
    run = {key: value for key, value in scenario.get("run", {}).items() if key not in (*_RUN, *_NOT_THE_MARKET)}
    return rest | {"run": run, "policies": policies}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
