"""Whatever is done to a valid scenario, it loads, or it is refused with a list of problems."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scenario.files import write

from marketsim.errors import ScenarioError
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.starter import tiny_market

TINY = yaml.safe_load(tiny_market().read_text(encoding="utf-8")) | {
    "extends": str(tiny_market().parent / "segments.yaml"),
    "assumptions": {"behaviour.fairness.visibility": [0, 1]},
    "market": {
        "spot": {"kind": "generated", "mean_cny_per_mwh": 400},
        "regions": {"urban": {"share": 1, "supply_quality": 0.9, "travel_minutes": 20, "field_sla_minutes": 45}},
    },
}
WORDS = [
    "kind",
    "fixed",
    "urban",
    "North",
    "commercial",
    "retailers.North.offers",
    "a.b",
    "levers",
    "",
    "*",
    "售电",
    " ",
]
junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([*WORDS, 10**400, -1, 0, "1e5", "5%", "2024-01", "\x00", {}, [], [[]], {"kind": "fixed"}, [None]]),
    st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), st.integers() | st.text(max_size=3), max_size=2),
    st.lists(st.integers() | st.text(max_size=3), max_size=3),
)


def nodes(value: Any) -> list[tuple[Any, Any]]:
    """Return every place of a tree as a container and a key."""
    keys: list[Any] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    return [(value, key) for key in keys] + [place for key in keys for place in nodes(value[key])]


def mutate(data: st.DataObject, tree: Any) -> None:
    container, key = data.draw(st.sampled_from(nodes(tree)))
    action = data.draw(st.sampled_from(["replace", "replace", "delete", "rename", "add", "copy"]))
    if action == "delete":
        del container[key]
    elif action == "replace" or isinstance(container, list):
        container[key] = data.draw(junk)
    elif action == "rename":
        container[data.draw(st.sampled_from(WORDS) | st.text(max_size=6))] = container.pop(key)
    elif action == "add":
        container[data.draw(st.sampled_from(WORDS) | st.text(max_size=6))] = data.draw(junk)
    else:
        other, place = data.draw(st.sampled_from(nodes(tree)))
        container[key] = copy.deepcopy(other[place])


def load_or_refuse(path: Path, changes: dict[str, Any] | None = None) -> None:
    refused: ScenarioError | None = None
    try:
        load_scenario(path, changes)
    except ScenarioError as error:
        refused = error
    if refused is not None:
        assert refused.problems
        assert all(problem.message for problem in refused.problems)
        assert str(refused).startswith(str(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutations")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_scenarios(folder: Path, data: st.DataObject) -> None:
    tree = copy.deepcopy(TINY)
    for _ in range(data.draw(st.integers(1, 4))):
        if nodes(tree):
            mutate(data, tree)
    load_or_refuse(write(folder, yaml.safe_dump(tree, allow_unicode=True)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mutated_text(folder: Path, data: st.DataObject) -> None:
    text = tiny_market().read_text(encoding="utf-8").replace("segments.yaml", TINY["extends"])
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    inserted = data.draw(
        st.text(max_size=4) | st.sampled_from(["\n", "\t", ": ", "- ", "&a ", "*a", "{", "[", "'", "|"])
    )
    path = folder / "text.yaml"
    path.write_bytes((text[:start] + inserted + text[end:]).encode("utf-8", "surrogatepass"))
    load_or_refuse(path)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes(folder: Path, content: bytes) -> None:
    path = folder / "bytes.yaml"
    path.write_bytes(content)
    load_or_refuse(path)


paths = st.lists(
    st.sampled_from(
        [
            "retailers",
            "North",
            "offers",
            "fixed",
            "run",
            "months",
            "levers",
            "policies",
            "0",
            "",
            "x",
            "segments",
        ]
    ),
    max_size=5,
).map(".".join)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(paths | st.text(max_size=6), junk, max_size=3))
def test_any_changes(folder: Path, changes: dict[str, Any]) -> None:
    load_or_refuse(write(folder, yaml.safe_dump(TINY), "tiny.yaml"), changes)
