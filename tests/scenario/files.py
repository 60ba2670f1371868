"""Small scenario files for the tests, and the messages that they cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketsim.errors import Problem, ScenarioError
from marketsim.scenario.loading import load_scenario

STUDY = """\
extends: cn_guangdong
focus: Alpha
run: {months: 36}
retailers:
  Alpha:
    tiers:
      key: {rule: {value_pct: 5}}
policies:
  lane: {retailers.Alpha.desks.contact.discipline: priority}
assumptions:
  behaviour.fairness.visibility: [0, 1]
"""


def write(folder: Path, text: str, name: str = "study.yaml") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path, changes: dict[str, object] | None = None) -> list[Problem]:
    """Return the problems of a file that must not load."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, changes)
    return caught.value.problems


def lines(path: Path) -> list[str]:
    """Return the problems of a file as `line path = value: message`."""
    return [
        f"{found.line} {found.path}{'' if found.value is None else f' = {found.value}'}: {found.message}"
        for found in problems(path)
    ]
