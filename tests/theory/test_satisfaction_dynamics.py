"""Satisfaction over time: where it settles, overshoot, loss aversion, and a free lever (V15, V16, V27)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.markets import frictionless, lively, opened

from marketsim.market.records import Record
from marketsim.market.satisfaction import gap_value
from marketsim.scenario.loaded import Scenario

FloatArray = NDArray[np.float64]
NOBODY_MOVES = {"segments.users.search_rate": 0, "segments.users.customers": 60}
CARE = {"levers.care.ramp_months": 1}
WARMUP = 30


def quiet(care_before: float, care_after: float, months: int, **changes: Any) -> Scenario:
    """Return a market of constant service in which nobody moves; by policy, Alpha takes more or less care."""
    care = "retailers.Alpha.levers.care"
    return frictionless(
        {
            **NOBODY_MOVES,
            **CARE,
            care: {"intensity": care_before},
            "policies": {"change": {f"{care}.intensity": care_after}},
            "run.warmup_months": WARMUP,
            "run.months": WARMUP + months,
            **changes,
        }
    )


class Path:
    """Satisfaction, quality and expectation of Alpha's customers, month by month, and their weights."""

    def __init__(self, scenario: Scenario) -> None:
        states = []
        with opened(scenario, "change") as model:
            for _ in range(scenario.study.run.months):
                model.step()
                states.append(model.population[model.population["retailer"] == 0].copy())
        self.satisfaction = np.array([state["satisfaction"] for state in states])
        self.quality = np.array([state["quality"] for state in states])
        self.expectation = np.array([state["expectation"] for state in states])
        self.weights: FloatArray = states[0]["quality_weights"]

    def level(self, month: int) -> FloatArray:
        """Weighted quality of each customer in a month."""
        level: FloatArray = (self.weights * self.quality[month]).sum(axis=1)
        return level


# V15: the fixed point, and how a step up overshoots


def test_constant_quality_is_expected_and_satisfies_by_its_weighted_mean() -> None:
    path = Path(quiet(0.0, 0.0, 10))
    for month in (0, 12, 39):
        assert path.expectation[month] == pytest.approx(path.quality[month], abs=1e-12)
        assert path.satisfaction[month] == pytest.approx(path.level(month), abs=1e-12)


def test_after_a_step_up_satisfaction_overshoots_and_settles_at_the_new_level() -> None:
    path = Path(quiet(0.0, 1.0, 360))
    before, after = path.level(0), path.level(-1)
    assert (after > before + 0.01).all()
    assert path.expectation[-1] == pytest.approx(path.quality[-1], abs=1e-6)
    assert path.satisfaction[-1] == pytest.approx(after, abs=1e-4)
    step = after - before
    assert (path.satisfaction[: WARMUP + 1] <= before + 1e-12).all()
    peak = path.satisfaction.max(axis=0)
    assert (peak > after + 0.05 * step).all()
    when = path.satisfaction.argmax(axis=0)
    for customer, month in enumerate(when):
        assert (np.diff(path.satisfaction[month:, customer]) <= 1e-12).all()
        assert (np.diff(path.satisfaction[WARMUP : month + 1, customer]) >= -1e-12).all()


def test_the_approach_after_a_step_by_hand() -> None:
    """One month after care closes 30 % of the gap of personalisation and 20 % of that of convenience."""
    path = Path(quiet(0.0, 1.0, 2))
    convenience, personalisation = path.weights[:, 2], path.weights[:, 4]
    gain = 0.06 * convenience + 0.09 * personalisation
    surprise = 0.06**0.88 * convenience + 0.09**0.88 * personalisation
    expected = path.satisfaction[WARMUP] + 0.25 * (gain + 0.25 * surprise)
    assert path.satisfaction[WARMUP + 1] == pytest.approx(expected, abs=1e-12)


def test_rising_expectations_make_constant_service_look_worse() -> None:
    drifting = Path(quiet(0.0, 0.0, 1, **{"behaviour.experience.expectation_drift": 0.002}))
    assert (np.diff(drifting.satisfaction[1:], axis=0) < 0).all()


# V16: losses loom larger than gains


def test_a_loss_hurts_more_than_an_equal_gain_pleases() -> None:
    """The same step of quality, up and down: without the change of level, the ratio is loss aversion."""
    up, down = Path(quiet(0.0, 1.0, 2)), Path(quiet(1.0, 0.0, 2))
    weights = up.weights
    step = (weights * np.abs(up.quality[-1] - up.quality[0])).sum(axis=1)
    # care has been taken from the first month on, and is what customers expect
    assert down.quality[WARMUP] == pytest.approx(up.quality[-1], abs=1e-9)
    gain = up.satisfaction[WARMUP + 1] - up.satisfaction[WARMUP]
    loss = down.satisfaction[WARMUP] - down.satisfaction[WARMUP + 1]
    assert (loss > gain).all()
    assert (loss - 0.25 * step) / (gain - 0.25 * step) == pytest.approx(1.955, rel=1e-6)


@pytest.mark.parametrize("gap", [0.01, 0.1, 0.6])
@pytest.mark.parametrize("aversion", [1.0, 1.955, 3.0])
def test_the_rule_itself(gap: float, aversion: float) -> None:
    with opened(frictionless({"behaviour.experience.loss_aversion": aversion})) as model:
        experience: Record = model.behaviour.experience
        assert -gap_value(-gap, experience) / gap_value(gap, experience) == pytest.approx(aversion)


# V27: a free lever harms nobody who stays

STAYING: dict[str, Any] = {
    "policies": {"gift": {"retailers.Alpha.levers.gift": {}}},
    "behaviour.complaints.enabled": False,
    "segments.works.search_rate": 0,
    "segments.shops.search_rate": 0,
    "run.months": 20,
}
"""Nobody moves, so that queues stay as they are; complaints, whose mending can please, are off."""
MECHANISMS: dict[str, Any] = {
    **{f"{name}.enabled": True for name in ("information", "reliability", "demand", "word_of_mouth", "settlement")},
    "information.breach_rate": 0.1,
    "reliability.outages_per_year": {"town": 10, "village": 20},
    "retailers.Alpha.marketing": {"budget_cny_per_month": 1e5, "promise": 0.9},
    "retailers.Alpha.outage_promise": {"cny_per_hour": 30, "relief_share": 0.4},
}
"""Late payment is left out: who is late is offered time, and pleased by it."""


def check_gift(changes: dict[str, Any]) -> None:
    """Compare every customer with and without a lever that costs nothing, month by month."""
    scenario = lively({**STAYING, **changes})
    with opened(scenario) as base, opened(scenario, "gift") as gift:
        for _ in range(20):
            base.step()
            gift.step()
            change = gift.population["satisfaction"] - base.population["satisfaction"]
            own = base.population["retailer"] == 0
            assert (gift.population["retailer"] == base.population["retailer"]).all()
            assert change[own].min() >= -1e-12
            assert (change[~own] == 0).all()
        assert change[own].min() > 0


@pytest.mark.parametrize("noise", [0.0, 0.05])
@pytest.mark.parametrize("effect", ["convenience", "fairness", "reliability", "responsiveness"])
def test_a_free_lever_never_lowers_the_satisfaction_of_who_stays(noise: float, effect: str) -> None:
    lever = {"levers.gift": {"effects": {effect: 0.2}}, "behaviour.experience.quality_noise_sd": noise}
    check_gift(lever)


@pytest.mark.parametrize("effect", ["convenience", "reliability"])
def test_nor_does_it_with_outages_records_talk_and_promises(effect: str) -> None:
    check_gift({"levers.gift": {"effects": {effect: 0.2}}, **MECHANISMS})
