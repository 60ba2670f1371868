"""Break-even and budget sections: what is accepted, and what a mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.scenario.files import STUDY, lines, write

from marketsim.scenario.loading import load_scenario

RANGE = "low: 0, high: 12"
KEY = "retailers.Alpha.tiers.key.discount_cny_per_mwh"


def test_questions_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = f"""break_even:
  zeta: {{policy: lane, path: {KEY}, {RANGE}}}
  alpha: {{policy: lane, path: behaviour.fairness.visibility, low: 0, high: 1, kpi: satisfaction, tier: ordinary}}
budget:
  even: {{target_cny_per_year: 1e6, scale: {{lane: {{path: {KEY}, {RANGE}}}}}}}
"""
    study = load_scenario(write(tmp_path, STUDY + text)).study
    assert list(study.break_even) == ["zeta", "alpha"]
    assert study.break_even["zeta"].kpi == "profit_cny_per_year"
    assert study.break_even["alpha"].tier == "ordinary"
    assert study.budget["even"].cost == "service_cny_per_year"
    assert study.budget["even"].scale["lane"].high == 12


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (f"{{policy: lain, path: {KEY}, {RANGE}}}", "there is no policy lain; there are lane"),
        (
            f"{{policy: lane, path: {KEY}x, {RANGE}}}",
            "unknown field discount_cny_per_mwhx; did you mean discount_cny_per_mwh?",
        ),
        (f"{{policy: lane, path: {KEY}, low: 12, high: 0}}", "the low value must be less than the high one"),
        (f"{{policy: lane, path: {KEY}, low: -5, high: 12}}", "must be between 0 and 10000"),
        (f"{{policy: lane, path: retailers.Alpha.initial_share, {RANGE}}}", "describes the start of the run"),
        (f"{{policy: lane, path: run.months, {RANGE}}}", "takes whole numbers only"),
        (f"{{policy: lane, path: {KEY}, {RANGE}, retailer: Alfa}}", "there is no retailer Alfa"),
        (f"{{policy: lane, path: {KEY}, {RANGE}, tier: vip}}", "tier"),
    ],
)
def test_a_mistake_is_told_with_its_line(question: str, message: str, tmp_path: Path) -> None:
    found = lines(write(tmp_path, f"{STUDY}break_even:\n  depth: {question}\n"))
    assert len(found) >= 1
    assert message in found[0]
    assert found[0].startswith("13 break_even.depth")


def test_a_policy_that_is_to_be_scaled_must_exist(tmp_path: Path) -> None:
    text = f"budget:\n  even:\n    target_cny_per_year: 1e6\n    scale: {{lain: {{path: {KEY}, {RANGE}}}}}\n"
    (found,) = lines(write(tmp_path, STUDY + text))
    assert found.startswith("15 budget.even.scale.lain")
    assert "there is no policy lain" in found
