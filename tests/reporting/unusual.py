"""Results of studies in which something is wrong or out of the ordinary, and names that mean harm."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import pandas as pd
from tests.reporting.synthetic import NO_LANE, FakeResult, Lane, result_of, study_of

from marketsim.results.statistics.compare import summarise
from marketsim.results.tables import BASE

ERROR = "division by zero"
NARROW, WIDE = "lane_5", "lane_20"
ONE, TWO = {NARROW: Lane()}, {NARROW: Lane(), WIDE: Lane(width=20.0)}
_RUN = {"months": 30, "replications": 3, "check_replications": 2}
_HERE = Path("never_written")
_TEXTS = {"question": "这条通道值不值？", "expectation": "窄通道划算，宽通道稀释自身。"}
"""Chinese texts of the studies, so that what is English in a Chinese report is none of the user's."""

FORMULA = '=HYPERLINK("http://x","y")'
SCRIPT = '<script>alert("x")</script>&amp;\ufffe'
LONG = "+1 a name of sixty characters that cannot be broken anywhere"
RIGHT_TO_LEFT = "-שלום 😀/\u202e\\x\u2028y"
AT = "@SUM(A1)"
NAMES = (FORMULA, SCRIPT, LONG, RIGHT_TO_LEFT, AT)
"""Names of policies; a scenario allows neither points nor control characters in a name, and 60 characters."""
RIVALS = ("<b>Ä</b>\ufffe 😀", "++/\u202e%{customdata}{0}")
TITLE, QUESTION = "=1+1\x00", "<img src=x onerror=alert(3)>\x01\x0b\nnew line?"
SCENARIO = "</pre><script>alert(2)</script>\x00\x0b"


def _result(policies: dict[str, Lane], *, failed: int = 0, with_checks: bool = True, **run: int) -> FakeResult:
    study = study_of(policies, **(_RUN | run))
    found = result_of(study, policies, _HERE, failed=failed, with_checks=with_checks)
    found.manifest["scenario"]["report"] = {"texts": {"zh": _TEXTS}}
    return found


def _status(result: FakeResult, status: str) -> FakeResult:
    return replace(result, manifest={**result.manifest, "status": status})


def _kept(result: FakeResult, keep: Callable[[pd.DataFrame], pd.DataFrame]) -> FakeResult:
    """Return results of which only some rows are kept in every table."""
    kpis = keep(result.kpis)
    tables = {name: keep(table) for name, table in result.tables.items()}
    return replace(result, kpis=kpis, summary=summarise(kpis), checks=keep(result.checks), tables=tables)


def _lost(result: FakeResult, policies: Collection[str], checks: bool = False) -> FakeResult:
    """Return results in which all runs of some policies failed, and the checks where wanted."""

    def keep(table: pd.DataFrame) -> pd.DataFrame:
        return table[~table["policy"].isin(policies)] if "policy" in table else table

    runs = result.runs.copy()
    lost = runs["policy"].isin(policies) & (checks | (runs["check"] == ""))
    runs.loc[lost, ["status", "error"]] = ["failed", ERROR]
    return _status(replace(_kept(result, keep), runs=runs), "failed")


def _some_failed() -> FakeResult:
    return _status(_result(TWO, failed=2), "failed")


def _policy_failed() -> FakeResult:
    return _lost(_result(TWO), [WIDE])


def _base_failed() -> FakeResult:
    return _lost(_result(TWO), [BASE])


def _all_failed() -> FakeResult:
    return _lost(_result(TWO), [BASE, *TWO], checks=True)


def _interrupted() -> FakeResult:
    found = _result(TWO, failed=2)
    runs = found.runs.copy()
    runs.loc[runs["status"] == "failed", ["status", "error"]] = ["not_run", ""]
    return _status(replace(found, runs=runs), "interrupted")


def _no_policy() -> FakeResult:
    return _result({}, with_checks=False)


def _one_world() -> FakeResult:
    return _result(TWO, with_checks=False, replications=1, check_replications=0)


def _no_difference() -> FakeResult:
    """Return a study whose policy is the base under another name."""
    found = _result({NARROW: NO_LANE})

    def same(table: pd.DataFrame) -> pd.DataFrame:
        if "policy" not in table or "end" in table:
            return table
        base = table[table["policy"] == BASE]
        return pd.concat([base, base.assign(policy=NARROW)], ignore_index=True)

    checks = found.checks.assign(**{name: 0.0 for name in found.checks if name.startswith("diff")})
    return replace(_kept(found, same), checks=checks)


def _nobody_in_a_segment() -> FakeResult:
    def keep(table: pd.DataFrame) -> pd.DataFrame:
        if not {"segment", "retailer"} <= set(table):
            return table
        return table[~((table["segment"] == "commercial") & (table["retailer"] == "Alpha"))]

    return _kept(_result(TWO), keep)


def _no_vip() -> FakeResult:
    def keep(table: pd.DataFrame) -> pd.DataFrame:
        table = table[table["tier"] != "key"] if "tier" in table else table
        return table[~table["kpi"].str.contains("gap")] if "kpi" in table else table

    return _kept(_result(TWO), keep)


def _without_values() -> FakeResult:
    found = _result(TWO)
    kpis = found.kpis.assign(value=found.kpis["value"].mask(found.kpis["policy"] == WIDE, math.nan))
    return replace(found, kpis=kpis, summary=summarise(kpis))


def _without_profit() -> FakeResult:
    found = _result(TWO)
    unknown = (found.kpis["policy"] == WIDE) & found.kpis["kpi"].str.contains("profit")
    kpis = found.kpis.assign(value=found.kpis["value"].mask(unknown, math.nan))
    return replace(found, kpis=kpis, summary=summarise(kpis))


def hostile() -> FakeResult:
    """Return a study whose every name and text means harm; some runs failed, so that names stand in cautions too."""
    policies = {name: Lane(width=10.0 * number) for number, name in enumerate(NAMES, start=1)}
    study = study_of(policies, focus=FORMULA, retailers=(FORMULA, *RIVALS), **_RUN)
    found = result_of(study, policies, _HERE, text=SCENARIO, failed=1, status="failed")
    found.manifest["scenario"].update(title=TITLE, question=QUESTION, expectation=f"{AT}\ud800")
    found.manifest["name"] = "=lane/\x08<b>"
    return found


CASES: dict[str, Callable[[], FakeResult]] = {
    "some failed": _some_failed,
    "policy failed": _policy_failed,
    "base failed": _base_failed,
    "all failed": _all_failed,
    "interrupted": _interrupted,
    "one policy": lambda: _result(ONE),
    "no policy": _no_policy,
    "one world": _one_world,
    "no difference": _no_difference,
    "nobody in a segment": _nobody_in_a_segment,
    "no VIP": _no_vip,
    "without values": _without_values,
    "without profit": _without_profit,
}
