"""A sweep from options of the command line: `--lever PATH=1,2,5 --uncertainty PATH=0:1 --design sobol --samples 64`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marketsim.errors import Problem, ScenarioError
from marketsim.scenario.sweep import SAMPLED
from marketsim.scenario.yaml_reading import parse_value

COMMAND = "command"
"""Name of the sweep that is asked for by options."""
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"^\s*({_NUMBER}):({_NUMBER})(?::(.*))?$")
_PARAMETERS = {
    "uniform": (),
    "log_uniform": (),
    "normal": ("mean", "sd"),
    "lognormal": ("mean", "sd"),
    "triangular": ("mode",),
}
_LONGEST_LABEL = 60
_FORMS = "write PATH=1,2,5 for single values, PATH=0:1 for a range, or PATH=0:1:normal:0.5:0.2 for another distribution"


def sweep_changes(
    levers: Sequence[str], uncertainties: Sequence[str], settings: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the change of a scenario, for `load_scenario`, that adds the sweep which options ask for.

    The design is a grid if all values are given one by one, and a Latin hypercube if there is a range, unless one is named.

    Args:
        levers: ``PATH=VALUES`` for each; the path alone where a table holds the values.
        uncertainties: the same.
        settings: fields of a sweep, such as design, samples, levels, seed, policies and table; None where not given.

    Returns:
        The sweep under ``sweep.command``; nothing if no option asks for one.

    Raises:
        ScenarioError: an option is not of this form, or one that the others need is missing.
    """
    given = {name: value for name, value in (settings or {}).items() if value is not None and value not in ([], ())}
    if not levers and not uncertainties and not given:
        return {}
    problems: list[Problem] = []
    parsed = [
        ("levers", _axes("--lever", levers, problems)),
        ("uncertainties", _axes("--uncertainty", uncertainties, problems)),
    ]
    axes = [axis for _, side in parsed for axis in side]
    design = given.get("design") or _design(axes, given)
    problems = problems or _missing(axes, design, given)
    if problems:
        raise ScenarioError(problems, "the command")
    labels = iter(labels_of([axis["path"] for axis in axes]))
    sides = {name: {next(labels): axis for axis in side} for name, side in parsed if side}
    return {f"sweep.{COMMAND}": {**given, "design": design, **sides}}


def _axes(option: str, texts: Sequence[str], problems: list[Problem]) -> list[dict[str, Any]]:
    axes = []
    for text in texts:
        try:
            axes.append(_axis(text))
        except ValueError as error:
            problems.append(Problem(f"{option} {text}", str(error)))
    return axes


def _axis(text: str) -> dict[str, Any]:
    path, equals, values = text.partition("=")
    if not path.strip() or (equals and not values.strip()):
        raise ValueError(_FORMS)
    if not equals:
        return {"path": path.strip()}
    span = _RANGE.match(values)
    if span is None:
        found = parse_value(f"[{values}]")
        if not isinstance(found, list):
            raise ValueError(_FORMS)
        return {"path": path.strip(), "values": found}
    low, high, rest = span.groups()
    return {"path": path.strip(), "range": [float(low), float(high)], **_distribution(rest)}


def _distribution(text: str | None) -> dict[str, Any]:
    """Return the fields of ``name``, ``name:mean:sd`` or ``name:mode``; none for nothing."""
    if text is None:
        return {}
    name, *numbers = (part.strip() for part in text.split(":"))
    if name not in _PARAMETERS:
        raise ValueError(f"there is no distribution {name or '(no name)'}; there are {', '.join(_PARAMETERS)}")
    wanted = _PARAMETERS[name]
    try:
        return {"distribution": name, **dict(zip(wanted, map(float, numbers), strict=True))}
    except ValueError:
        form = ":".join([name, *(each.upper() for each in wanted)])
        raise ValueError(f"write LOW:HIGH:{form}") from None


def _design(axes: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> str:
    if "table" in given:
        return "table"
    return "latin_hypercube" if "samples" in given or any("range" in axis for axis in axes) else "grid"


def _missing(axes: Sequence[Mapping[str, Any]], design: str, given: Mapping[str, Any]) -> list[Problem]:
    problems = []
    if not axes:
        problems.append(Problem("--lever", f"nothing varies; give --lever or --uncertainty: {_FORMS}"))
    if design in SAMPLED and "samples" not in given:
        problems.append(Problem("--samples", f"is missing; the design {design} needs it, for example --samples 64"))
    if design == "list":
        message = "points can be listed in a scenario file or a table only; give --table with a CSV of points"
        problems.append(Problem("--design", message, design))
    if design != "table":
        bare = [axis["path"] for axis in axes if len(axis) == 1]
        problems += [Problem(f"--lever or --uncertainty {path}", f"has no values; {_FORMS}") for path in bare]
    return problems


def labels_of(paths: Sequence[str]) -> list[str]:
    """Return a short name for each path: its last part, and as many before it as it takes to tell the paths apart."""
    parts = [path.split(".") for path in paths]
    found: list[str] = []
    for own in parts:
        others = [each for each in parts if each != own]
        length = next(
            (count for count in range(1, len(own)) if all(own[-count:] != each[-count:] for each in others)), len(own)
        )
        label = " ".join(own[-length:])[-_LONGEST_LABEL:].strip()
        found.append(f"{label[: _LONGEST_LABEL - 4]} {len(found) + 1}" if label in found else label)
    return found
