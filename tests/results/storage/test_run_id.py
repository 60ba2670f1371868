"""A run's id: everything that can change what it gives changes it, and nothing else does."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.markets import lively

import marketsim
from marketsim.results.storage import run_id
from marketsim.results.storage.run_id import RunIds, model_version
from marketsim.scenario.changes import changed_study
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.merging import dump

WHOLE = Path(__file__).parents[3] / "scenarios" / "whole_market.yaml"
RULE = "retailers.Alpha.tiers.key.rule.value_pct"
STAFF = "retailers.Alpha.desks.contact.staff_factor"
NOT_THE_RUN = (
    *("title", "question", "expectation", "report", "show", "assumptions"),
    *("policies", "factors", "matrix", "break_even", "budget", "sweep"),
)
"""Sections that say what is asked, not what happens in a run of the base."""


@pytest.fixture(scope="module")
def whole() -> Scenario:
    return load_scenario(WHOLE)


@pytest.fixture(scope="module")
def ids(whole: Scenario) -> RunIds:
    return RunIds(whole)


def id_of(scenario: Any, policy: str = "base", world: int = 0, **more: Any) -> str:
    return RunIds(scenario, "some model").of(policy, world, **more)


def with_study(scenario: Scenario, **values: Any) -> Scenario:
    return replace(scenario, study=scenario.study.model_copy(update=values))


def with_policies(scenario: Scenario, **policies: dict[str, Any]) -> Scenario:
    return with_study(scenario, policies=policies)


def test_an_id_is_a_sha256_and_always_the_same(ids: RunIds, whole: Scenario) -> None:
    found = {ids.of(policy, world) for policy in ("base", *whole.study.policies) for world in range(3)}
    assert len(found) == 3 * (1 + len(whole.study.policies))
    assert all(len(run) == 64 and set(run) <= set("0123456789abcdef") for run in found)
    assert RunIds(load_scenario(WHOLE)).of("lane_5", 2) == ids.of("lane_5", 2)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if not entries:
        yield path, value
    for key, inner in entries or ():
        yield from leaves(inner, (*path, key))


def changed(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value * 1.000001 + 1e-9
    return f"{value}x" if isinstance(value, str) else 1


def places(study: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return every parameter of a study once: of things of one kind, such as segments, those of the first."""
    first: dict[tuple[str, ...], tuple[Any, ...]] = {}
    names = {name for kind in ("segments", "retailers", "levers") for name in study[kind]}
    for path, _ in leaves(study):
        shape = tuple("*" if key in names or isinstance(key, int) else str(key) for key in path)
        first.setdefault(shape, path)
    return list(first.values())


def with_value(study: dict[str, Any], path: tuple[Any, ...], change: Any) -> dict[str, Any]:
    result = copy.copy(study)
    inner: Any = result
    for key in path[:-1]:
        inner[key] = copy.copy(inner[key])
        inner = inner[key]
    inner[path[-1]] = change(inner[path[-1]])
    return result


def test_every_parameter_matters_but_those_that_say_what_is_asked(whole: Scenario) -> None:
    study = dump(whole.study)
    own = id_of(SimpleNamespace(study=study, data=whole.data))
    silent = set()
    checked = places(study)
    for path in checked:
        other = SimpleNamespace(study=with_value(study, path, changed), data=whole.data)
        if id_of(other) == own:
            silent.add(".".join(map(str, path)))
    assert {path for path in silent if path.split(".")[0] not in NOT_THE_RUN} == {
        "run.replications",
        "run.check_replications",
    }
    assert len(checked) - len(silent) > 300


def test_a_parameter_matters_under_policies_and_in_changes(whole: Scenario, ids: RunIds) -> None:
    path = "behaviour.fairness.legitimacy"
    study = changed_study(whole.study, {path: 0.123}, "test")
    for policy in ("base", "lane_5"):
        by_hand = RunIds(replace(whole, study=study)).of(policy, 0)
        assert by_hand == ids.of(policy, 0, ((path, 0.123),))
        assert by_hand != ids.of(policy, 0)


def test_texts_and_questions_do_not_matter(whole: Scenario) -> None:
    asked = with_study(whole, title="x", question="y?", expectation="z", assumptions={}, show=[])
    named = replace(asked, name="other", source="elsewhere.yaml", text="# nothing")
    assert id_of(named, "lane_5") == id_of(whole, "lane_5")


def test_other_policies_and_names_do_not_matter(whole: Scenario) -> None:
    staff = {STAFF: 1.1}
    one, other = with_policies(whole, a=staff), with_policies(whole, b=staff, c={STAFF: 1.2})
    assert id_of(one, "a") == id_of(other, "b") != id_of(other, "c")
    assert id_of(one) == id_of(other)


def test_the_number_of_worlds_does_not_matter_but_the_world_does(whole: Scenario) -> None:
    run = whole.study.run.model_copy(update={"replications": 99, "check_replications": 0})
    assert id_of(with_study(whole, run=run), world=3) == id_of(whole, world=3)
    assert id_of(whole, world=3) != id_of(whole, world=4)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({STAFF: 1}, {STAFF: 1.0}),
        ({RULE: 5}, {"retailers.Alpha.tiers.key.rule": {"value_pct": 5.0}}),
        ({STAFF: 1.1, RULE: 7}, {RULE: 7, STAFF: 1.1}),
        ({"retailers.Alpha.desks": {"contact": {"staff_factor": 1.1}}}, {STAFF: 1.1}),
    ],
)
def test_the_same_policy_in_other_words(whole: Scenario, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert id_of(with_policies(whole, x=one), "x") == id_of(with_policies(whole, x=other), "x")


def test_a_policy_that_sets_what_is_there_is_the_base(whole: Scenario) -> None:
    value = whole.study.retailers["Alpha"].desks.contact.staff_factor
    same = with_policies(whole, x={STAFF: value}, y={STAFF: value + 0.01})
    assert id_of(same, "x") == id_of(same) != id_of(same, "y")


def test_a_lever_of_a_sweep_is_the_policy_written_out(whole: Scenario) -> None:
    lane = dict(whole.study.policies["lane_5"])
    written = with_policies(whole, wide={**lane, STAFF: 1.25})
    swept = RunIds(whole, "some model").of("lane_5", 1, ((f"policies.lane_5.{STAFF}", 1.25),))
    assert swept == id_of(written, "wide", 1)
    assert RunIds(whole, "some model").of("base", 1, ((f"policies.lane_5.{STAFF}", 1.25),)) == id_of(whole, "base", 1)


def test_when_a_change_begins_matters(whole: Scenario) -> None:
    """A value that a policy sets holds from its start; the same value in the scenario holds from the first month."""
    under_policy = id_of(with_policies(whole, x={STAFF: 1.3}), "x")
    from_the_start = id_of(whole, changes=((STAFF, 1.3),))
    assert len({under_policy, from_the_start, id_of(whole)}) == 3


def test_tier_rules_alone(whole: Scenario) -> None:
    policies = with_policies(whole, wide={RULE: 20, STAFF: 1.1}, only={RULE: 20}, other={RULE: 30}, staff={STAFF: 1.1})
    rules = {name: id_of(policies, f"base, tiers of {name}", tiers_of=name) for name in policies.study.policies}
    assert rules["wide"] == rules["only"]
    assert rules["other"] != rules["only"]
    assert rules["staff"] == id_of(policies), "without rules of its own it is the base"


def test_the_contents_of_data_files_matter(whole: Scenario) -> None:
    hashes = whole.data.file_hashes
    assert hashes, "load profiles are files"
    for name in hashes:
        other = replace(whole, data=replace(whole.data, file_hashes={**hashes, name: "0" * 64}))
        assert id_of(other) != id_of(whole)


def test_the_code_of_strategies_matters(whole: Scenario) -> None:
    one, other = (
        replace(whole, data=replace(whole.data, strategy_code={"mine.py": f"def decide(view):\n    return {value}\n"}))
        for value in (1, 2)
    )
    assert len({id_of(one), id_of(other), id_of(whole)}) == 3


def test_the_model_matters(whole: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    assert RunIds(whole, "one").of("base", 0) != RunIds(whole, "other").of("base", 0)
    assert RunIds(whole).of("base", 0) != RunIds(whole, "one").of("base", 0)
    own, other = RunIds(whole).of("base", 0), RunIds(whole, "one").of("base", 0)
    monkeypatch.setattr(run_id, "__version__", "99")
    assert model_version.__wrapped__() != model_version()
    monkeypatch.setattr(run_id, "model_version", lambda: "99")
    assert RunIds(whole).of("base", 0) != own
    assert RunIds(whole, "one").of("base", 0) != other  # its key figures are made by this package all the same


def test_the_version_covers_every_module_that_makes_a_run() -> None:
    """Whatever the model or its key figures import is in the hash of the sources, or says nothing about numbers."""
    root = Path(marketsim.__file__).parents[1]
    needed, waiting = (
        set[str](),
        ["marketsim.simulation.run", "marketsim.results.metrics", "marketsim.results.run_result"],
    )
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += imports(name, root)
    covered = tuple(f"marketsim.{part}" for part in (*run_id._MODEL, *(f"results.{name}" for name in run_id._FIGURES)))
    outside = {name for name in needed if not name.startswith(covered)}
    assert outside == {"marketsim.errors", "marketsim.results", "marketsim"} & outside


def imports(name: str, root: Path) -> list[str]:
    """Return the modules of marketsim that a module names in its imports."""
    path = root.joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("marketsim"):
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [
                node.module or "",
                *(each for each in inner if root.joinpath(*each.split(".")).with_suffix(".py").exists()),
            ]
    return found


def test_a_scenario_from_a_file_and_from_python_are_the_same_run() -> None:
    given = lively()
    again = replace(given, study=type(given.study).model_validate(dump(given.study)))
    assert id_of(again) == id_of(given)
