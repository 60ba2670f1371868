"""The market as a Mesa model: agents, phases, randomness, and nothing left behind."""

from __future__ import annotations

import gc
import random
import weakref
from typing import Any

import mesa
import numpy as np
import pytest
from tests.markets import assert_identical, base_market, lively, opened, run

from marketsim.scenario.changes import with_policy
from marketsim.simulation import run as run_module
from marketsim.simulation.agents import CustomerSegment, Retailer
from marketsim.simulation.model import PHASES, RetailMarket


def test_it_is_a_mesa_model_with_agents_of_two_types() -> None:
    with opened(lively()) as model:
        assert isinstance(model, mesa.Model)
        assert {kind.__name__ for kind in model.agent_types} == {"Retailer", "CustomerSegment"}
        assert [retailer.name for retailer in model.agents_by_type[Retailer]] == ["Alpha", "Beta", "Gamma"]
        assert [segment.name for segment in model.agents_by_type[CustomerSegment]] == ["homes", "shops", "works"]
        assert model.retailers == list(model.agents_by_type[Retailer])
        assert all(isinstance(agent, mesa.Agent) for agent in model.agents)


def test_each_segment_holds_its_rows_of_the_one_population() -> None:
    with opened(lively()) as model:
        rows = [segment.rows for segment in model.segments]
        assert [row.start for row in rows] == [0, rows[0].stop, rows[1].stop]
        assert rows[-1].stop == len(model.population) == 150
        for index, segment in enumerate(model.segments):
            assert set(model.population["segment"][segment.rows.start : segment.rows.stop]) == {index}


def test_a_month_runs_the_phases_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    for name in PHASES:
        phase = getattr(RetailMarket, name)

        def recorded(model: RetailMarket, name: str = name, phase: Any = phase) -> Any:
            called.append(name)
            return phase(model)

        monkeypatch.setattr(RetailMarket, name, recorded)
    with opened(lively()) as model:
        called.clear()
        model.step()
        model.step()
        assert tuple(called) == PHASES * 2
        assert model.month == 2
        assert set(model.phase_seconds) == set(PHASES)
        assert all(seconds > 0 for seconds in model.phase_seconds.values())


def test_bills_come_before_experience_and_choice_before_the_books() -> None:
    places = {name: place for place, name in enumerate(PHASES)}
    assert PHASES[0] == "environment"
    assert places["policies"] < places["offers"] < places["review_tiers"] < places["serve"]
    assert places["serve"] < places["experience"] < places["choose"] < places["settle"] < places["collect"]
    assert places["bill"] < places["experience"]


def test_no_model_stays_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mesa 3.3 keeps every model that had agents in a table of its own."""
    models: list[weakref.ref[RetailMarket]] = []
    populations: list[weakref.ref[Any]] = []

    class Watched(RetailMarket):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            models.append(weakref.ref(self))
            populations.append(weakref.ref(self.population))

    monkeypatch.setattr(run_module, "RetailMarket", Watched)
    for replication in range(3):
        run(lively(), "lane", replication=replication, threads=2)
    gc.collect()
    assert len(models) == 3
    assert [model() for model in models] == [None] * 3
    assert [population() for population in populations] == [None] * 3


def test_not_even_a_run_that_fails_stays_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    models: list[weakref.ref[RetailMarket]] = []

    class Failing(RetailMarket):
        def settle(self) -> None:
            models.append(weakref.ref(self))
            raise RuntimeError("out of paper")

    monkeypatch.setattr(run_module, "RetailMarket", Failing)
    with pytest.raises(RuntimeError, match="out of paper"):
        run(lively())
    gc.collect()
    assert [model() for model in models] == [None]


def test_many_runs_do_not_gather_agents_in_mesa() -> None:
    kept = getattr(mesa.Agent, "_ids", {})
    before = len(kept)
    for _ in range(3):
        run(lively())
    assert len(kept) == before


def test_no_random_numbers_but_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither Python's, nor numpy's, nor Mesa's random numbers are used, or moved."""
    np.random.seed(1)
    random.seed(1)
    first = run(lively(), "lane")
    states = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]
    np.random.seed(2)
    random.seed(2)
    assert_identical(run(lively(), "lane"), first)
    np.random.seed(1)
    random.seed(1)
    run(lively(), "lane")
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states  # type: ignore[index]

    class Forbidden:
        def __getattr__(self, name: str) -> None:
            raise AssertionError(f"{name} of Mesa's random numbers was used")

    with opened(lively(), "lane") as model:
        monkeypatch.setattr(model, "random", Forbidden())
        monkeypatch.setattr(model, "rng", Forbidden())
        for _ in range(8):
            model.step()
        monkeypatch.undo()


def test_the_seed_of_mesa_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = run(lively(), "lane")
    begin = mesa.Model.__init__
    monkeypatch.setattr(mesa.Model, "__init__", lambda model, *_, **__: begin(model, seed=12345))
    assert_identical(run(lively(), "lane"), usual)


def test_policies_begin_in_their_month() -> None:
    scenario = base_market("lively")
    policy = with_policy(scenario, "lane")
    with opened(scenario, "lane") as model:
        for month in range(5):
            assert model.study == (policy if month > 3 else scenario.study)
            model.step()
        assert model.study == policy


def test_levers_ramp_by_one_step_a_month_and_new_ones_begin_after_policies() -> None:
    with opened(lively(), "lane") as model:
        found = []
        for _ in range(6):
            model.step()
            found.append(dict(model.intensities))
    app = [month["Alpha", "app"] for month in found]
    # levers of the base have been in use before the run begins
    assert app == pytest.approx([1.0] * 6)
    assert ("Beta", "care") not in found[2]
    # in the month of the policy it has been ordered; then it ramps towards one half
    assert [month.get(("Beta", "care"), 0.0) for month in found[3:]] == pytest.approx([0, 1 / 6, 0.5 * (1 - 4 / 9)])


def test_a_surge_raises_tickets_while_it_lasts() -> None:
    calm = lively({"events": []})
    usual, surging = run(calm)["desk_month"], run(lively())["desk_month"]
    tickets = [table.groupby("month")["arrivals"].sum() for table in (usual, surging)]
    ratio = (tickets[1] / tickets[0]).tolist()
    assert ratio[:4] == [1.0] * 4
    assert all(1.4 < value < 1.75 for value in ratio[4:6])
    assert ratio[6] < 1.4


def test_a_surge_that_comes_with_the_policies_does_not_raise_staff() -> None:
    """Desks are staffed for a month without events; otherwise a surge in that month would go unnoticed for ever."""
    surge = [{"type": "ticket_surge", "month": 3, "size": 1.0, "duration_months": 5}]
    calm, surging = (run(lively({"events": events}))["retailer_month"]["staff"] for events in ([], surge))
    assert calm.equals(surging)
