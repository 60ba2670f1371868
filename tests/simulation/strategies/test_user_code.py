"""Strategies that users write: what they may return, how they fail, and that they travel with the scenario."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.markets import DATA, assert_identical, by_month, run
from tests.simulation.strategies.views import view

from marketsim.errors import ScenarioError, StrategyError
from marketsim.results.manifest import scenario_hash
from marketsim.scenario.changes import with_changes
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.strategy import PricingRule
from marketsim.simulation.strategies.decision import Decision, decision_from
from marketsim.simulation.strategies.user_code import UserStrategy

SHIPPED = Path(__file__).parents[3] / "scenarios" / "strategies"


def user_strategy(text: str, **parameters: Any) -> UserStrategy:
    """Return the strategy of a text."""
    return UserStrategy(PricingRule(kind="python", file="mine.py", parameters=parameters), text)


def market(folder: Path, code: str, **strategy: Any) -> Scenario:
    """Return the frictionless market, in which Alpha follows the code."""
    shutil.copy(DATA / "frictionless.yaml", folder / "market.yaml")
    (folder / "mine.py").write_text(code, encoding="utf-8")
    rule = {"kind": "python", "file": "mine.py", "review_months": 1, **strategy}
    return load_scenario(folder / "market.yaml", {"retailers.Alpha.strategy": rule})


# What it returns


def test_a_mapping_a_decision_or_nothing_are_decisions() -> None:
    assert decision_from({"prices": {"plan": 480}}, view()) == Decision(prices={"plan": 480.0})
    assert decision_from(Decision(staff={"contact": 1.1}), view()) == Decision(staff={"contact": 1.1})
    assert decision_from(None, view()) == Decision()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (480.0, "it must return a mapping"),
        ({"price": {}}, "there is no part of a decision price"),
        ({"prices": 480.0}, "prices must be a mapping"),
        ({"prices": {"unknown": 480.0}}, "there is no offer unknown; there are plan"),
        ({"prices": {"plan": float("nan")}}, r"prices.plan = nan: must be a number"),
        ({"prices": {"plan": "dear"}}, r"prices.plan = 'dear': must be a number"),
        ({"prices": {"plan": 10**400}}, "must be a number"),
        ({"levers": {"care": 0.5}}, "there is no lever care; there are none"),
        ({"staff": {"contact": -1}}, "must be a number between 0 and 100"),
        ({"retention": {"homes": 1}}, "there is no segment homes"),
    ],
)
def test_anything_else_is_refused_in_words(answer: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        decision_from(answer, view())


# How it fails


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def decide(view):\n    return 1 / 0\n", r"mine.py, line 2, month 3, retailer Own: decide: ZeroDivisionError"),
        ("def decide(view):\n    return view.nothing\n", r"mine.py, line 2, month 3.*AttributeError.*nothing"),
        (
            "def decide(view):\n    return {'prices': {'x': 1}}\n",
            r"mine.py, line 1, month 3, retailer Own: decide: prices: there is no offer x",
        ),
        ("def decide(view):\n    view.month = 4\n", r"mine.py, line 2.*FrozenInstanceError"),
    ],
)
def test_an_error_names_file_line_month_and_retailer(text: str, said: str) -> None:
    with pytest.raises(StrategyError, match=said):
        user_strategy(text).decide(view())


def test_an_error_while_the_file_is_loaded_names_the_line() -> None:
    with pytest.raises(StrategyError, match=r"mine.py, line 2: ModuleNotFoundError.*while the file was loaded"):
        user_strategy("x = 1\nimport no_such_module_anywhere\ndef decide(view): return None\n")


def test_every_run_has_a_module_of_its_own() -> None:
    text = "calls = []\ndef decide(view, add):\n    calls.append(add)\n    return {'price_changes': {'plan': len(calls)}}\n"
    one, other = user_strategy(text, add=[1]), user_strategy(text, add=[1])
    answers = [one.decide(view()).price_changes["plan"] for _ in range(3)]
    assert answers == [1, 2, 3]
    assert other.decide(view()).price_changes["plan"] == 1


# In a scenario


def test_a_file_that_is_missing_or_wrong_is_found_when_the_scenario_is_loaded(tmp_path: Path) -> None:
    for code, strategy, said in (
        ("def decide(view): return None", {"file": "mine2.py"}, "there is no file mine2.py.*did you mean mine.py"),
        ("def decide(view):\n  return (", {}, "mine.py, line 2: not Python"),
        ("def other(view): return None", {}, "mine.py defines no function decide; its functions are other"),
        ("def decide(view): return None", {"function": "price"}, "mine.py defines no function price"),
        ("def decide(): return None", {}, "mine.py, line 1: decide must take what the retailer sees"),
        (
            "def decide(view, a=1): return None",
            {"parameters": {"b": 2}},
            "decide takes no parameter b; it takes view, a",
        ),
        ("def decide(view): return None", {"file": None}, "kind python needs the file"),
    ):
        with pytest.raises(Exception, match=said.replace("(", r"\(")):
            market(tmp_path, code, **strategy)


def test_code_and_its_hash_travel_with_the_scenario(tmp_path: Path) -> None:
    code = "def decide(view, to):\n    return {'prices': {name: to for name in view.offers}}\n"
    scenario = market(tmp_path, code, parameters={"to": 450}, partial_adjustment=1.0)
    (tmp_path / "mine.py").unlink()
    elsewhere = pickle.loads(pickle.dumps(scenario))
    tables = run(elsewhere)
    assert by_month(tables["retailer_month"], "Alpha", "list_price_cny_per_mwh")[:3].tolist() == [420, 450, 450]
    assert_identical(tables, run(scenario))
    changed = market(tmp_path, code + "# another text\n", parameters={"to": 450}, partial_adjustment=1.0)
    assert scenario_hash(changed) != scenario_hash(scenario)


def test_a_sweep_may_change_the_kind_to_python_but_not_the_file(tmp_path: Path) -> None:
    scenario = market(tmp_path, "def decide(view): return {'price_changes': {'plan': 1}}\n", kind="hold")
    assert by_month(run(scenario)["retailer_month"], "Alpha", "list_price_cny_per_mwh")[:3].tolist() != [420, 421, 422]
    swept = with_changes(scenario, {"retailers.Alpha.strategy.kind": "python"}, "sweep")
    assert by_month(run(swept)["retailer_month"], "Alpha", "list_price_cny_per_mwh")[:3].tolist() == [420, 421, 422]
    with pytest.raises(ScenarioError, match="pass this change to load_scenario"):
        with_changes(scenario, {"retailers.Alpha.strategy.file": "other.py"}, "sweep")
    policy = {"policies.other": {"retailers.Alpha.strategy": {"kind": "python", "file": "other.py"}}}
    with pytest.raises(StrategyError, match=r"other.py was not read with the scenario"):
        run(with_changes(scenario, policy, "sweep"), "other")


def test_draws_are_the_same_in_every_run_of_a_world(tmp_path: Path) -> None:
    code = "def decide(view):\n    return {'price_changes': {name: view.draw('step') for name in view.offers}}\n"
    scenario = market(tmp_path, code)
    prices = [
        by_month(run(scenario, replication=r)["retailer_month"], "Alpha", "list_price_cny_per_mwh") for r in (0, 0, 1)
    ]
    assert (prices[0] == prices[1]).all()
    assert (prices[0][1:] != prices[2][1:]).all()
    assert ((prices[0][1:] > prices[0][:-1]) & (prices[0][1:] < prices[0][:-1] + 1)).all()


def test_the_files_of_an_extended_scenario_are_found_from_there(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    shutil.copy(DATA / "frictionless.yaml", base / "market.yaml")
    (base / "mine.py").write_text("def decide(view): return None\n", encoding="utf-8")
    text = "extends: market\nretailers: {Alpha: {strategy: {kind: python, file: mine.py}}}\n"
    (base / "ruled.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "study.yaml").write_text("extends: base/ruled.yaml\ntitle: Above\n", encoding="utf-8")
    assert list(load_scenario(tmp_path / "study.yaml").data.strategy_code) == ["base/mine.py"]


def test_the_example_in_the_documentation_is_the_one_that_is_shipped() -> None:
    page = (SHIPPED.parents[1] / "docs" / "strategies.md").read_text(encoding="utf-8")
    code = (SHIPPED / "my_strategy.py").read_text(encoding="utf-8")
    assert code[code.index("def decide") :].strip() in page


def test_the_shipped_example_runs_its_policies() -> None:
    scenario = load_scenario(SHIPPED / "own_rule.yaml", {"run.agents": 200, "run.months": 26})
    assert list(scenario.data.strategy_code) == ["my_strategy.py"]
    base, own = (run(scenario, policy)["retailer_month"] for policy in ("base", "own_rule"))
    prices = [by_month(books, "Alpha", "list_price_cny_per_mwh") for books in (base, own)]
    assert (prices[0][:12] == prices[1][:12]).all()
    assert (prices[0][24:] != prices[1][24:]).any()
