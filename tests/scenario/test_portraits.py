"""Customer portraits: rules of tags, their messages, and what they do in a market (M2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from tests.market.rows import rows
from tests.markets import assert_identical, lively, opened, run
from tests.scenario.files import STUDY, lines, write

from marketsim.market.frame import build_frame
from marketsim.market.knowledge import KNOWN, truth_of
from marketsim.market.population import CUSTOMER
from marketsim.market.portraits import carried, tags_carried, tags_in_use
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.portraits import MOST_TAGS, TagRule
from marketsim.simulation.mechanisms.information import CustomerInformation

ALPHA, BETA = range(2)
HOMES, SHOPS, WORKS = range(3)
TOWN, VILLAGE = range(2)
KEY, ORDINARY = 0, 3


# Rules


def carriers(**conditions: Any) -> list[bool]:
    """Return which of four customers carry a tag with these conditions."""
    study = lively().study
    people = rows(
        CUSTOMER,
        {"segment": WORKS, "region": TOWN},
        {"segment": SHOPS, "region": VILLAGE},
        {"segment": SHOPS, "region": TOWN},
        {"segment": HOMES, "region": VILLAGE},
    )
    known = np.zeros(4, dtype=KNOWN)
    known["energy"] = [500, 10, 5, 0.25]
    known["credit"] = [0, 1, 2, 3]
    known["habit"] = [0, 1, 2, 0]
    known["digital_affinity"] = [0.9, 0.75, 0.35, 0.1]
    known["age"] = [1, 0, 1, 2]
    known["need"] = [0, 4, 4, 5]
    found: list[bool] = carried(TagRule(**conditions), build_frame(study, study), people, known).tolist()
    return found


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"segments": ["shops", "homes"]}, [0, 1, 1, 1]),
        ({"regions": ["village"]}, [0, 1, 0, 1]),
        ({"min_annual_mwh": 120}, [1, 1, 0, 0]),
        ({"max_annual_mwh": 60}, [0, 0, 1, 1]),
        ({"min_annual_mwh": 60, "max_annual_mwh": 120}, [0, 1, 1, 0]),
        ({"credit_grades": ["C", "D"]}, [0, 0, 1, 1]),
        ({"min_digital_affinity": 0.75}, [1, 1, 0, 0]),
        ({"max_digital_affinity": 0.35}, [0, 0, 1, 1]),
        ({"age_groups": ["young", "old"]}, [0, 1, 0, 1]),
        ({"top_need": "personalisation"}, [0, 1, 1, 0]),
        ({"payment_habits": ["forgetful", "strained"]}, [0, 1, 1, 0]),
        ({"top_need": "personalisation", "credit_grades": ["B"], "regions": ["village"]}, [0, 1, 0, 0]),
        ({"top_need": "fairness", "age_groups": ["young"]}, [0, 0, 0, 0]),
    ],
)
def test_all_conditions_of_a_tag_must_hold(conditions: dict[str, Any], expected: list[int]) -> None:
    assert carriers(**conditions) == [bool(value) for value in expected]


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({}, "needs at least one condition"),
        ({"meaning": "whoever"}, "needs at least one condition"),
        ({"min_annual_mwh": 20, "max_annual_mwh": 10}, "at least 20 and at most 10 MWh a year"),
        ({"min_digital_affinity": 0.6, "max_digital_affinity": 0.5}, "at least 0.6 and at most 0.5"),
    ],
)
def test_rules_that_nobody_or_everybody_meets(conditions: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TagRule(**conditions)


MISTAKES = {
    "unknown tag of a tier": (
        "retailers: {Alpha: {tiers: {key: {rule: {tags: [eldery]}}}}}",
        "2 retailers.Alpha.tiers.key.rule.tags = [eldery]: there is no tag eldery",
    ),
    "unknown tag of a lever": (
        "retailers: {Alpha: {levers: {home_visit: {tags: [elderly, loyal]}}}}",
        "2 retailers.Alpha.levers.home_visit.tags = [elderly, loyal]: there is no tag loyal",
    ),
    "unknown segment": (
        "tags: {mill: {segments: [mills]}}",
        "2 tags.mill.segments = [mills]: there is no segment mills",
    ),
    "unknown region": (
        "tags: {far: {regions: [urban, moon]}}",
        "2 tags.far.regions = [urban, moon]: there is no region moon",
    ),
    "no condition": ("tags: {all: {meaning: everybody}}", "2 tags.all: a tag needs at least one condition"),
    "unknown need": (
        "tags: {cheap: {top_need: price}}",
        "2 tags.cheap.top_need = price: must be one of reliability, responsiveness",
    ),
    "unknown habit": (
        "tags: {late: {payment_habits: [late]}}",
        "2 tags.late.payment_habits.0 = late: must be one of on_time, forgetful, strained",
    ),
    "coverage": (
        "retailers: {Alpha: {records: {sources: {crm: 1.4}}}}",
        "2 retailers.Alpha.records.sources.crm = 1.4: must be between 0 and 1",
    ),
    "too many": (
        f"tags: {{{', '.join(f'tag{number}: {{min_annual_mwh: {number}}}' for number in range(MOST_TAGS))}}}",
        f"at most {MOST_TAGS} are possible",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_messages(tmp_path: Path, mistake: str) -> None:
    change, message = MISTAKES[mistake]
    text = f"extends: cn_guangdong\n{change}\nfocus: Alpha\n"
    found = lines(write(tmp_path, text))
    assert any(message in line for line in found), found


def test_a_study_may_change_remove_and_add_tags(tmp_path: Path) -> None:
    tags = "tags: {elderly: null, large_account: {min_annual_mwh: 10000}, mine: {top_need: fairness}}\n"
    study = load_scenario(write(tmp_path, STUDY + tags)).study
    assert "elderly" not in study.tags
    assert study.tags["large_account"].min_annual_mwh == 10000
    assert study.tags["mine"].top_need == "fairness"
    assert study.tags["credit_risk"].credit_grades == ("C", "D")


def test_shipped_tags_say_what_they_mean() -> None:
    tags = lively().study.tags
    assert len(tags) >= 12
    assert all(rule.meaning for rule in tags.values())


# Tags of customers


def test_only_tags_that_are_asked_for_are_found_out() -> None:
    asks = {"retailers.Alpha.levers.care": {"tags": ["credit_risk", "advice_seeker"]}}
    study = lively(asks).study
    assert tags_in_use(study, lively().study) == {"credit_risk", "advice_seeker"}
    assert tags_in_use(lively().study) == set()
    people = rows(CUSTOMER, {"credit": 3}, {"credit": 0})
    people["quality_weights"][:, 4] = 1
    names = sorted(study.tags)
    found = tags_carried(study, tags_in_use(study), build_frame(study, study), people, truth_of(people))
    bits = [[name for place, name in enumerate(names) if int(value) >> place & 1] for value in found]
    assert bits == [["advice_seeker", "credit_risk"], ["advice_seeker"]]


def test_tags_that_nobody_asks_for_change_nothing() -> None:
    more = {"tags": {"a": {"min_annual_mwh": 1}, "zz": {"top_need": "fairness"}}}
    assert_identical(run(lively(more)), run(lively()))


CARE = {
    "tags": {"small": {"max_annual_mwh": 100}},
    "levers.care.ramp_months": 1,
    "retailers.Alpha.levers": {
        "care": {"tiers": ["key", "quality", "loyal", "ordinary"], "tags": ["small"]},
        "app": None,
    },
    "behaviour.experience.quality_noise_sd": 0,
}


def test_a_lever_for_a_tag_reaches_those_who_carry_it() -> None:
    with opened(lively(CARE)) as model:
        model.step()
        people = model.population[model.population["retailer"] == ALPHA]
    # customers have chosen by now: those who were Alpha's in the month have felt it
    stayed = people[people["joined"] <= 0]
    small = stayed["energy"] * 12 <= 100
    assert small.any()
    assert (~small).any()
    assert stayed["quality"][small][:, 4] == pytest.approx(1 - 0.3 * 0.7)
    assert stayed["quality"][~small][:, 4] == pytest.approx(0.7)


@pytest.mark.parametrize("enabled", [False, True])
def test_tags_follow_the_record_and_the_truth_where_records_are_true(enabled: bool) -> None:
    tiers = {"key": {"rule": {"tags": ["speed_seeker"], "value_pct": 100}}, "quality": None, "loyal": None}
    changes = {"information.enabled": enabled, "retailers.Alpha.tiers": tiers, "retailers.Alpha.tier_review_months": 1}
    with opened(lively(changes)) as model:
        for _ in range(2):
            model.step()
        model.environment()
        model.inform()
        model.review_tiers()
        people = model.population
        need = people["quality_weights"].argmax(axis=1)
        information = model.mechanism(CustomerInformation)
        if information is not None:
            recorded = information.recorded()["need"]
            assert (recorded != need).any()
            need = recorded
    own = people["retailer"] == ALPHA
    bit = np.uint64(1 << sorted(lively().study.tags).index("speed_seeker"))
    assert ((people["tags"] & bit > 0) == (need == 1)).all()
    assert (people["tier"][own] == np.where(need[own] == 1, KEY, ORDINARY)).all()


def test_late_payers_are_tagged_by_how_they_pay() -> None:
    """Those who could pay are forgetful, the others strained; a year after the last overdue bill all is forgotten."""
    asks = {"retailers.Alpha.levers.care": {"tags": ["forgetful_payer", "strained_payer"]}}
    late = {"credit.enabled": True, "credit.late_logits": dict.fromkeys("ABCD", 0.0)}
    for changes, expected in ((late, True), ({}, False)):
        with opened(lively({**asks, **changes})) as model:
            for _ in range(6):
                model.step()
            names = sorted(model.study.tags)
            forgetful, strained = (
                model.population["tags"] & np.uint64(1 << names.index(f"{habit}_payer")) > 0
                for habit in ("forgetful", "strained")
            )
        assert forgetful.any() == strained.any() == expected
        assert not (forgetful & strained).any()
