"""Messages for rules of credit and settlement, and what rules say of each grade."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.markets import DATA

from marketsim.errors import ScenarioError
from marketsim.scenario.credit import Collection
from marketsim.scenario.loading import load_scenario

MISTAKES: list[tuple[str, Any, str]] = [
    ("credit.protected_segments", ["households"], "there is no segment households"),
    ("credit.default_months", 0, "must be a whole number between 1 and 1200 (months)"),
    ("credit.bearer", "state", "must be one of retailer, grid"),
    ("retailers.Alpha.collection.mode", "soft", "must be one of flexible, strict, by_diagnosis"),
    ("retailers.Alpha.collection.worst_grade", "E", "must be one of A, B, C, D"),
    ("retailers.Alpha.procurement.own_generation_share", 1.5, "must be between 0 and 1"),
    ("settlement.deviation_band", -0.1, "must be between 0 and 1"),
]


@pytest.mark.parametrize(("path", "value", "message"), MISTAKES, ids=[path for path, _, _ in MISTAKES])
def test_message(path: str, value: Any, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(Path(DATA / "lively.yaml"), {path: value})
    assert path in str(caught.value)
    assert message in str(caught.value)


def test_a_protected_segment_may_be_missing_from_a_market() -> None:
    study = load_scenario(DATA / "lively.yaml", {"credit.protected_segments": ["residential", "homes"]}).study
    assert study.credit.protected_segments == ("residential", "homes")


def test_watch_lists_take_a_grade_and_all_that_are_worse() -> None:
    rules = Collection(advance_payment_from="C", worst_grade="C")
    assert rules.pays_in_advance() == [False, False, True, True]
    assert rules.refused() == [False, False, False, True]
    assert Collection().pays_in_advance() == Collection().refused() == [False] * 4
