"""What late payment must satisfy in any market: money is conserved, hazards rule, and it can be switched off (V3, V22)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.markets import Tables, assert_identical, frictionless, lively, opened, plain, run
from tests.theory.conservation import check_customers, check_money, check_network

ON: dict[str, Any] = {"credit.enabled": True}
ALPHA = "retailers.Alpha.collection"
EVERYBODY_LATE = {f"credit.late_logits.{grade}": 50 for grade in "ABCD"}
NOBODY_LATE = {f"credit.late_logits.{grade}": -50 for grade in "ABCD"}
NO_SHIFT = {
    "credit.stress_weight": 0,
    "credit.satisfaction_weight": 0,
    "credit.flexible_satisfaction_gain": 0,
    "credit.cut_off_satisfaction_loss": 0,
}
STILL = {"segments.users.search_rate": 0, "segments.users.customers": 4000}


def alike(chance_logit: float) -> dict[str, Any]:
    """Return the changes that make every bill equally likely to be late."""
    return {**ON, **NO_SHIFT, **{f"credit.late_logits.{grade}": chance_logit for grade in "ABCD"}}


def of_retailers(tables: Tables) -> pd.DataFrame:
    books = plain(tables["retailer_month"])
    return books[books["retailer"] != "default supplier"]


def total(tables: Tables, column: str) -> float:
    return float(of_retailers(tables)[column].sum())


LEVELS: dict[str, Any] = {
    "credit.enabled": st.booleans(),
    "credit.bearer": st.sampled_from(["retailer", "grid"]),
    "credit.late_logits.A": st.sampled_from([-50, -2, 1, 50]),
    "credit.late_logits.D": st.sampled_from([-2, 1]),
    "credit.strategic_share": st.sampled_from([0.0, 0.5, 1.0]),
    "credit.default_months": st.sampled_from([1, 2, 4]),
    "credit.notice_months": st.integers(0, 2),
    "credit.loss_given_default": st.sampled_from([0.0, 0.7, 1.0]),
    "credit.protected_segments": st.sampled_from([[], ["works"]]),
    f"{ALPHA}.mode": st.sampled_from(["flexible", "strict", "by_diagnosis"]),
    f"{ALPHA}.cut_off_months": st.integers(0, 2),
    f"{ALPHA}.instalments": st.integers(1, 4),
    f"{ALPHA}.deposit_months.A": st.sampled_from([0.0, 2.0]),
    f"{ALPHA}.deposit_months.D": st.sampled_from([0.0, 5.0]),
    f"{ALPHA}.advance_payment_from": st.sampled_from([None, "A", "C"]),
    f"{ALPHA}.worst_grade": st.sampled_from([None, "A", "C"]),
    "retailers.Beta.collection.mode": st.sampled_from(["flexible", "strict"]),
    "retailers.Beta.collection.deposit_months.B": st.sampled_from([0.0, 1.0]),
    "retailers.Alpha.costs.payment_lag_months": st.integers(0, 3),
    "retailers.Beta.costs.payment_lag_months": st.integers(0, 2),
    "levers.care.costs.capex_cny": st.sampled_from([0.0, 1e6]),
    "levers.care.costs.capex_life_months": st.sampled_from([3.0, 120.0]),
    "levers.care.costs.cny_per_staff_month": st.sampled_from([0.0, 500.0]),
    "settlement.enabled": st.booleans(),
    "retailers.Alpha.procurement.own_generation_share": st.sampled_from([0.0, 0.7]),
    "segments.works.search_rate": st.sampled_from([0.5, 20.0]),
    "run.seed": st.integers(0, 2**40),
}


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.fixed_dictionaries({}, optional=LEVELS), st.sampled_from(["base", "lane", "withdrawn"]))
def test_money_and_customers_are_conserved(changes: dict[str, Any], policy: str) -> None:
    tables = run(lively({**ON, "run.months": 8, **changes}), policy)
    check_customers(tables, 4020)
    check_money(tables)
    check_network(tables, 200)
    assert (of_retailers(tables)[["arrears_cny", "deposits_cny"]].fillna(0).to_numpy() >= 0).all()


def test_where_nobody_is_late_it_is_the_market_with_a_lag() -> None:
    """Bills that are all paid after the lag are the books without the mechanism, but for rounding."""
    lag = {"retailers.Alpha.costs.payment_lag_months": 2}
    without, nobody = run(lively(lag)), run(lively({**lag, **ON, **NOBODY_LATE}))
    books, followed = of_retailers(without), of_retailers(nobody)
    for column in ("payments_cny", "receivables_cny", "profit_cny", "cash_cny"):
        assert followed[column].tolist() == pytest.approx(books[column].tolist(), rel=1e-9, abs=1e-3)
    assert total(nobody, "arrears_cny") == 0
    names = ("market_month", "desk_month", "flows")
    assert_identical(without, nobody, names)


def test_switched_off_its_parameters_change_nothing() -> None:
    changes = {f"{ALPHA}.mode": "strict", f"{ALPHA}.worst_grade": "A", f"{ALPHA}.deposit_months.A": 3}
    assert_identical(run(lively()), run(lively({**changes, **EVERYBODY_LATE, "credit.bearer": "grid"})))


def test_tiers_without_benefit_change_nothing() -> None:
    """To the last bit, whoever is sorted into them."""
    changes = {
        **ON,
        "settlement.enabled": True,
        "segments.users.search_rate": 2,
        "segments.users.energy_sigma": 0.7,
        "retailers.Alpha.costs.payment_lag_months": 1,
        f"{ALPHA}.deposit_months.C": 2,
        "retailers.Beta.collection.mode": "strict",
    }
    sorted_out = {**changes, "retailers.Alpha.tiers.key.rule": {"value_pct": 30}}
    one, other = run(frictionless(changes)), run(frictionless(sorted_out))
    assert total(one, "bad_debt_cny") > 0
    assert_identical(one, other, ("market_month", "retailer_month", "flows"))


def test_the_grid_can_bear_the_loss() -> None:
    """Retailers are then paid as if everybody paid; what customers owe and what is lost shows all the same."""
    bears = {**alike(-1.0), **STILL, "run.months": 12}
    without, grid = (
        run(frictionless({**STILL, "run.months": 12})),
        run(frictionless({**bears, "credit.bearer": "grid"})),
    )
    first = of_retailers(grid)["month"] < 5
    for column in ("payments_cny", "profit_cny", "cash_cny"):
        assert of_retailers(grid)[first][column].tolist() == of_retailers(without)[first][column].tolist()
    assert total(grid, "bad_debt_cny") == 0
    assert total(grid, "arrears_cny") > 0
    assert plain(grid["segment_month"])["written_off_cny"].sum() > 0


def test_constant_hazards_lead_to_the_stationary_share_of_late_payers() -> None:
    """Late .119 and cured .55 a month, no default within the run: .119 / (.119 + .55) of customers are overdue (V22)."""
    changes = {
        **alike(-2.0),
        **STILL,
        "credit.strategic_share": 0,
        "credit.default_months": 1200,
        f"{ALPHA}.instalments": 1,
        "retailers.Beta.collection.instalments": 1,
        "run.months": 40,
    }
    tables = run(frictionless(changes))
    cells = plain(tables["segment_month"])
    cells = cells[cells["month"] >= 10]
    late, cured = 1 / (1 + 2.718281828459045**2), 0.55
    share = cells["late_customers"].sum() / cells["customers"].sum()
    assert share == pytest.approx(late / (late + cured), rel=0.02)
    # an account of age k holds k bills; the age is geometric
    arrears = cells["arrears_cny"].sum() / cells["customers"].sum()
    assert arrears == pytest.approx(share * 6200 / cured, rel=0.03)


def bad_debt(mode: str, strategic_share: float) -> float:
    """Return what two years of a way to collect lose; supply is never cut, so that the same bills are at stake."""
    collection = {"mode": mode, "cut_off_months": 60, "instalments": 1}
    rules = {f"retailers.{name}.collection": collection for name in ("Alpha", "Beta")}
    share = {"credit.strategic_share": strategic_share, "run.months": 24}
    return total(run(frictionless({**alike(-2.0), **STILL, **rules, **share})), "bad_debt_cny")


@pytest.mark.parametrize(
    ("strategic_share", "better", "worse"), [(0.0, "flexible", "strict"), (1.0, "strict", "flexible")]
)
def test_time_for_those_who_cannot_pay_and_pressure_on_those_who_will_not(
    strategic_share: float, better: str, worse: str
) -> None:
    assert 2 * bad_debt(better, strategic_share) < bad_debt(worse, strategic_share)


def test_a_diagnosis_gives_each_the_treatment_that_works() -> None:
    assert bad_debt("by_diagnosis", 0.3) < min(bad_debt("flexible", 0.3), bad_debt("strict", 0.3))


def test_poor_records_spoil_the_diagnosis() -> None:
    """Records that are always valid diagnose as well as the truth; records that never are guess by the common share."""
    collection = {"mode": "by_diagnosis", "cut_off_months": 60, "instalments": 1}
    lost = {}
    for sources in (None, {"crm": 1.0}, {"crm": 0.0}):
        known = {} if sources is None else {"information.enabled": True}
        rules: dict[str, Any] = {"credit.strategic_share": 0.3, "run.months": 24}
        for name in ("Alpha", "Beta"):
            rules[f"retailers.{name}.collection"] = collection
            if sources is not None:
                rules[f"retailers.{name}.records"] = {"sources": sources, "updates_per_year": 365}
        lost[str(sources)] = total(run(frictionless({**alike(-2.0), **STILL, **known, **rules})), "bad_debt_cny")
    assert lost["{'crm': 1.0}"] == pytest.approx(lost["None"], rel=0.15)
    assert lost["{'crm': 0.0}"] > 1.5 * lost["None"]


def test_everybody_late_for_ever_leaves_all_to_the_default_supplier() -> None:
    never = {f"credit.{mode}.{kind}": 0 for mode in ("flexible", "strict") for kind in ("cannot_pay", "will_not_pay")}
    changes = {**ON, **EVERYBODY_LATE, **never, "segments.users.search_rate": 0, "run.months": 10}
    tables = run(frictionless({**changes, "credit.default_months": 3}))
    check_customers(tables, 2000)
    check_money(tables)
    books = of_retailers(tables).groupby("month")
    customers, payments = books["customers"].sum(), books["payments_cny"].sum()
    assert customers.tolist() == [2000] * 3 + [0] * 7
    assert (payments == 0).all()
    # three bills of 10 MWh at 620 CNY/MWh each, of which 70 % is lost; an account is a month old when it is opened
    assert total(tables, "written_off_cny") == pytest.approx(2000 * 3 * 6200)
    assert total(tables, "bad_debt_cny") == pytest.approx(0.7 * 2000 * 3 * 6200)


def test_when_all_retailers_are_bankrupt_the_market_goes_on() -> None:
    """Nobody can bear the overhead; all leave, and what customers owe them is still collected or written off."""
    ruin: dict[str, Any] = {
        f"retailers.{name}.costs.overhead_cny_per_month": 3e7 for name in ("Alpha", "Beta", "Gamma")
    }
    tables = run(lively({**ON, **ruin, "adaptation.exit.enabled": True, "run.months": 20}))
    check_customers(tables, 4020)
    check_money(tables)
    last = of_retailers(tables)[of_retailers(tables)["month"] == 19]
    assert last["customers"].sum() == 0
    assert last["receivables_cny"].tolist() == [0, 0, 0]


def test_retailers_that_all_give_up_still_collect_what_they_are_owed() -> None:
    lag = {f"retailers.{name}.costs.payment_lag_months": 2 for name in ("Alpha", "Beta")}
    with opened(frictionless({**alike(-1.0), **lag, "run.months": 12})) as model:
        for month in range(12):
            model.step()
            if month == 4:
                model.on_sale[:] = False
                for retailer in range(len(model.frame.retailers)):
                    model.release_customers(retailer)
        tables = {
            name: table.drop(columns=["policy", "replication"]) for name, table in model.recorder.tables("b", 0).items()
        }
    check_money(tables)
    books = of_retailers(tables)
    last = books[books["month"] == 11]
    assert last["customers"].sum() == 0
    assert last["receivables_cny"].max() < 0.02 * books[books["month"] == 4]["receivables_cny"].max()
