"""Late payment in a running market: cut-off, protection, deposits, payment in advance, refusal, feelings (M12)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.markets import frictionless, opened, plain, run

from marketsim.simulation.mechanisms.credit import CreditRisk

ALPHA = "retailers.Alpha.collection"
ALL_LATE = {f"credit.late_logits.{grade}": 50 for grade in "ABCD"}
NEVER_CURED = {f"credit.{mode}.{kind}": 0 for mode in ("flexible", "strict") for kind in ("cannot_pay", "will_not_pay")}
STILL: dict[str, Any] = {"credit.enabled": True, "segments.users.search_rate": 0, "segments.users.customers": 400}
STRICT = {f"retailers.{name}.collection.mode": "strict" for name in ("Alpha", "Beta")}


def cells(changes: dict[str, Any]) -> pd.DataFrame:
    """Return sums of segment_month by month, default supplier left out."""
    table = plain(run(frictionless({**STILL, **changes}))["segment_month"])
    return table[table["retailer"] != "default supplier"].groupby("month").sum(numeric_only=True)


def books(changes: dict[str, Any], retailer: str = "Alpha", policy: str = "base") -> pd.DataFrame:
    table = plain(run(frictionless({**STILL, **changes}), policy)["retailer_month"])
    return table[table["retailer"] == retailer].reset_index(drop=True)


def test_supply_is_cut_after_notice_and_stays_cut_until_default() -> None:
    """Late in month 0, overdue two months and noticed for one by the end of month 2: no energy from month 3 to default."""
    found = cells({**ALL_LATE, **NEVER_CURED, **STRICT, "credit.default_months": 7, "run.months": 9})
    customers = found["customers"].tolist()
    assert customers[:7] == [400] * 7
    assert found["energy_mwh"].tolist()[:7] == [4000] * 3 + [0] * 4
    assert found["cut_offs"].tolist()[:6] == [0, 0, 400, 0, 0, 0]
    assert found["late_customers"].tolist()[:6] == [400] * 6
    assert found["arrears_cny"].tolist()[:6] == pytest.approx([400 * 6200 * bills for bills in (1, 2, 3, 3, 3, 3)])
    assert found["written_off_cny"].tolist()[6] == pytest.approx(400 * 6200 * 3)


def test_flexible_collection_never_cuts() -> None:
    found = cells({**ALL_LATE, **NEVER_CURED, "credit.default_months": 7, "run.months": 6})
    assert found["energy_mwh"].tolist() == [4000] * 6
    assert found["cut_offs"].sum() == 0


def test_protected_segments_keep_their_supply() -> None:
    protected = {"credit.protected_segments": ["users"], "credit.default_months": 7, "run.months": 6}
    found = cells({**ALL_LATE, **NEVER_CURED, **STRICT, **protected})
    assert found["energy_mwh"].tolist() == [4000] * 6
    assert found["cut_offs"].sum() == 0
    assert found["protected"].tolist() == [0, 0, 400, 400, 400, 400]


def test_who_pays_up_has_supply_again() -> None:
    """Everybody is late once; strict collection cures 45-70 % a month, and supply is back the month after."""
    with opened(frictionless({**STILL, **ALL_LATE, **STRICT, "run.months": 8})) as model:
        credit = model.mechanism(CreditRisk)
        assert credit is not None
        for _ in range(7):
            model.step()
            cut = np.zeros(len(model.population), dtype=bool)
            accounts = credit.ledger.accounts
            cut[accounts["row"][accounts["cut"]]] = True
            model.environment()
            model.consume()
            assert (model.population["use"][cut] == 0).all()
            assert (model.population["use"][~cut] == 10).all()


def test_demand_after_a_cut_off_is_that_of_customers_who_were_never_cut() -> None:
    """Demand doubles in a year; growth counts once for those whose supply is back as well."""
    growing = {"demand.enabled": True, "demand.growth_per_year": 1.0, "demand.noise_sd": 0.0}
    still = {"segments.users.demand.elasticity": 0.0, "segments.users.demand.substitutable_share": 0.0}
    with opened(frictionless({**STILL, **ALL_LATE, **STRICT, **growing, **still, "run.months": 8})) as model:
        was_cut, came_back = np.zeros(len(model.population), dtype=bool), 0
        for month in range(8):
            model.step()
            use = model.population["use"]
            assert use[use > 0] == pytest.approx(10 * 2 ** (month / 12))
            came_back += int((was_cut & (use > 0)).sum())
            was_cut = use == 0
        assert came_back > 0


def test_who_is_cut_off_cannot_flee_to_a_rival() -> None:
    """Everybody else compares every month; who was with one retailer long enough to be cut off stays until default."""
    changes = {**ALL_LATE, **NEVER_CURED, **STRICT, "credit.default_months": 7, "segments.users.search_rate": 50}
    with opened(frictionless({**STILL, **changes, "run.months": 8})) as model:
        for _ in range(4):
            model.step()
        people, before = model.population, model.population["retailer"].copy()
        model.step()
        cut = people["use"] == 0
        assert 10 < cut.sum() < 200
        assert (people["retailer"][cut] == before[cut]).all()
        assert 0.3 < (people["retailer"][~cut] != before[~cut]).mean() < 0.7


def test_instalments_stretch_what_is_paid() -> None:
    """All are late with the first bill, pay up from the next month, and are late no more: three equal parts."""
    changes = {
        **{f"credit.late_logits.{grade}": -50 for grade in "ABCD"},
        "credit.flexible.cannot_pay": 1,
        "credit.strategic_share": 0,
        "run.months": 6,
        "events": [{"type": "credit_shock", "month": 0, "size": 10}],
    }
    paid = books({**changes, f"{ALPHA}.instalments": 3})["payments_cny"]
    served = books(changes)["customers"][0]
    assert paid.tolist() == pytest.approx([served * 6200 * bills for bills in (0, 4 / 3, 4 / 3, 4 / 3, 1, 1)])
    at_once = books({**changes, f"{ALPHA}.instalments": 1})["payments_cny"]
    assert at_once.tolist() == pytest.approx([served * 6200 * bills for bills in (0, 2, 1, 1, 1, 1)])


def test_a_credit_shock_meets_the_segments_it_names() -> None:
    calm = {f"credit.late_logits.{grade}": -50 for grade in "ABCD"}
    shock = {"type": "credit_shock", "month": 2, "size": 10, "segments": ["users"]}
    found = cells({**calm, "run.months": 4, "events": [shock]})
    assert found["late_customers"].tolist()[:3] == [0, 0, 400]


def test_deposits_are_cash_that_is_owed_and_cover_losses() -> None:
    """Two months' bills are held from the start; three are lost, so one is; the deposit is gone then."""
    changes = {**ALL_LATE, **NEVER_CURED, "credit.default_months": 3, "run.months": 5}
    asked = {f"{ALPHA}.deposit_months.{grade}": 2 for grade in "ABCD"}
    found, without = books({**changes, **asked}), books(changes)
    served = found["customers"][0]
    assert found["deposits_cny"].tolist() == pytest.approx([served * 12400] * 2 + [0] * 3)
    assert found["written_off_cny"].tolist() == pytest.approx([0, 0, served * 6200, 0, 0])
    assert found["bad_debt_cny"].sum() == pytest.approx(0.7 * served * 6200)
    assert without["bad_debt_cny"].sum() == pytest.approx(0.7 * served * 3 * 6200)
    assert found["cash_cny"][0] - without["cash_cny"][0] == pytest.approx(served * 12400)


def test_what_is_left_of_the_deposits_of_closed_plants_is_paid_back() -> None:
    closure = {"type": "closure", "segment": "users", "standard": 0.0, "month": 3, "notice_months": 0}
    asked = {f"{ALPHA}.deposit_months.{grade}": 2 for grade in "ABCD"}
    found = books({**asked, "demand.enabled": True, "events": [closure], "run.months": 6})
    assert (found["deposits_cny"][:3] > 0).all()
    assert found["deposits_cny"].tolist()[3:] == [0.0, 0.0, 0.0]
    paid_out = found["cash_cny"].diff() - found["profit_cny"] + found["receivables_cny"].diff()
    assert paid_out[3] == pytest.approx(-found["deposits_cny"][2])


def test_payment_in_advance_leaves_nothing_to_owe() -> None:
    found = books({**ALL_LATE, f"{ALPHA}.advance_payment_from": "A", "run.months": 4})
    assert found["receivables_cny"].tolist() == [0] * 4
    assert found["payments_cny"].tolist() == pytest.approx(found["revenue_cny"] + found["network_cny"])


def test_rules_of_a_policy_hold_for_contracts_signed_from_then_on() -> None:
    """Terms of one month: who renews in month 2 pays in advance from month 3."""
    policy = {"policies": {"watch": {f"{ALPHA}.advance_payment_from": "A"}}, "run.warmup_months": 2, "run.months": 6}
    lag = {"retailers.Alpha.costs.payment_lag_months": 1}
    found = books({**policy, **lag, **{f"credit.late_logits.{g}": -50 for g in "ABCD"}}, policy="watch")
    bills = found["customers"][0] * 6200
    assert found["receivables_cny"].tolist() == pytest.approx([bills, bills, 0, 0, 0, 0])


def test_refused_grades_go_elsewhere() -> None:
    """Alpha admits A and B only; of C and D nobody comes, those who are there may stay, and who leaves is gone for good."""
    refusal = {f"{ALPHA}.worst_grade": "B", "segments.users.search_rate": 50, "run.months": 4}
    with opened(frictionless({**STILL, **refusal})) as model:
        for _ in range(2):
            model.step()
        people = model.population
        with_alpha = people["retailer"] == 0
        assert (people["joined"][with_alpha & (people["credit"] > 1)] <= 0).all()
        assert (people["joined"][with_alpha & (people["credit"] <= 1)] > 0).any()
        assert 0.08 < with_alpha[people["credit"] > 1].mean() < with_alpha[people["credit"] <= 1].mean()


def test_deposits_put_customers_off() -> None:
    """A dislike of .8 logits against a rival alike: 1 / (1 + e^.8) of those who compare choose it."""
    asked = {f"{ALPHA}.deposit_months.{grade}": 1 for grade in "ABCD"}
    changes = {**asked, "credit.security_dislike": 0.8, "segments.users.search_rate": 50, "run.months": 8}
    found = plain(run(frictionless({**STILL, **changes, "segments.users.customers": 4000}))["retailer_month"])
    served = found[(found["retailer"] == "Alpha") & (found["month"] > 0)]["customers"]
    assert served.mean() / 4000 == pytest.approx(1 / (1 + np.exp(0.8)), abs=0.02)


def test_collection_is_felt() -> None:
    """Satisfaction next month: .03 up where time was offered, .15 down where supply was cut."""
    felt = {}
    for name, changes in {"calm": {}, "flexible": ALL_LATE, "strict": {**ALL_LATE, **STRICT}}.items():
        quiet = {} if changes else {f"credit.late_logits.{grade}": -50 for grade in "ABCD"}
        notice = {f"retailers.{r}.collection.cut_off_months": 1 for r in ("Alpha", "Beta")}
        found = cells({**changes, **quiet, **notice, **NEVER_CURED, "credit.notice_months": 0, "run.months": 3})
        table = run(frictionless({**STILL, **changes, **quiet, **notice, **NEVER_CURED, "credit.notice_months": 0}))
        assert found["customers"].tolist() == [400] * 3
        rows = plain(table["retailer_month"])
        felt[name] = rows[(rows["retailer"] == "Alpha") & (rows["month"] == 1)]["satisfaction"].item()
    assert felt["flexible"] - felt["calm"] == pytest.approx(0.03, abs=1e-6)
    assert felt["strict"] - felt["calm"] == pytest.approx(-0.15, abs=1e-6)


@pytest.mark.parametrize(("hook", "factor"), [("late_saving", 0.6), ("default_gain", 1.4)])
def test_levers_move_late_payment_of_those_they_reach(hook: str, factor: float) -> None:
    """Online payment avoids 40 % of late payments; a check of credit left out adds as many."""
    lever = {"levers.care": {"hooks": {hook: 0.4}, "ramp_months": 1}}
    used = {"retailers.Alpha.levers.care": {"intensity": 1}, "run.months": 2, "segments.users.customers": 4000}
    logits = {f"credit.late_logits.{grade}": -1 for grade in "ABCD"}
    changes = {**STILL, **logits, **lever, **used, "credit.satisfaction_weight": 0}
    found = plain(run(frictionless(changes))["segment_month"])
    found = found[found["month"] == 0].set_index("retailer")
    share = found["late_customers"] / found["customers"]
    chance = 1 / (1 + np.e)
    assert share["Beta"] == pytest.approx(chance, abs=0.03)
    assert share["Alpha"] == pytest.approx(factor * chance, abs=0.03)


def test_who_has_closed_down_pays_nothing_any_more() -> None:
    """The bill of the last month before the closing is all that is owed, and all of it is lost."""
    closure = {"type": "closure", "segment": "users", "standard": 0.0, "month": 3, "notice_months": 0}
    punctual = {"credit.late_logits": dict.fromkeys("ABCD", -50.0), "retailers.Alpha.costs.payment_lag_months": 1}
    found = books({**punctual, "demand.enabled": True, "events": [closure], "run.months": 6})
    assert found["payments_cny"].tolist()[3:] == [0.0] * 3
    assert found["written_off_cny"].tolist()[3] == pytest.approx(found["receivables_cny"][2])
    assert found["written_off_cny"].tolist()[4:] == [0.0, 0.0]
