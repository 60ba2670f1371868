"""The hash of a scenario: what it depends on and what not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.results.fake_market import VISIBILITY, retailer, scenario

from marketsim.results import manifest
from marketsim.results.manifest import build, scenario_hash
from marketsim.scenario.loaded import Scenario


def test_same_contents_give_the_same_hash_wherever_and_however_written() -> None:
    given = scenario()
    elsewhere = replace(given, name="other", source="/else/where/other.yaml", text="# another layout\n")
    assert scenario_hash(elsewhere) == scenario_hash(given)
    turned = scenario(retailers={"Beta": retailer(), "Alpha": retailer()})
    assert scenario_hash(turned) == scenario_hash(given)
    assert len(scenario_hash(given)) == 64


@pytest.mark.parametrize(
    "other",
    [
        scenario({"seed": 2}),
        scenario({"replications": 5}),
        scenario(assumptions={VISIBILITY: [0.0, 0.9]}),
        scenario(policies={}),
        replace(scenario(), data=replace(scenario().data, file_hashes={"spot.csv": "ab"})),
    ],
)
def test_whatever_decides_the_results_changes_the_hash(other: Scenario) -> None:
    assert scenario_hash(other) != scenario_hash(scenario())


def test_another_model_changes_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    before = scenario_hash(scenario())
    monkeypatch.setattr(manifest, "__version__", "999")
    assert scenario_hash(scenario()) != before


def test_manifest_tells_what_was_run_and_is_plain_json() -> None:
    given = scenario({"seed": 7})
    found = build(given, status="complete", policies=("lane",), counts={"main": {"done": 8}}, command="marketsim run x")
    assert json.loads(json.dumps(found)) == found
    assert (found["seed"], found["status"], found["policies"]) == (7, "complete", ["lane"])
    assert found["hash"].startswith(found["short_hash"])
    assert len(found["short_hash"]) == 12
    assert found["text"] == given.text
    assert found["scenario"]["retailers"]["Alpha"]["costs"]["wage_cny_per_month"] == 12000.0
    assert set(found["libraries"]) >= {"numpy", "pandas", "numba", "mesa", "scipy"}
    assert found["runs"] == {"main": {"done": 8}}
