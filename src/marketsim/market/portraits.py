"""Customer portraits: which tags the records of customers carry (M2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marketsim.market.frame import Frame
from marketsim.market.records import Records
from marketsim.scenario.customers import CREDIT_GRADES, DIMENSIONS
from marketsim.scenario.portraits import AGE_GROUPS, PAYMENT_HABITS, TagRule
from marketsim.scenario.study import Study
from marketsim.scenario.tag_checks import named_tags

BoolArray = NDArray[np.bool_]
TagArray = NDArray[np.uint64]
MONTHS_PER_YEAR = 12.0


def tags_in_use(*studies: Study) -> set[str]:
    """Return the tags that tiers or levers of any of the studies ask for; the others need not be found out."""
    return {name for study in studies for _, names in named_tags(study) for name in names}


def tags_carried(study: Study, used: set[str], frame: Frame, population: Records, known: Records) -> TagArray:
    """Return the tags of all customers as bits, in the order of the tags' names.

    Args:
        study: the rules of the tags.
        used: tags to find out; the bits of the others are 0.
        frame: indices of segments and regions.
        population: all customers; their segment and region are in the contract and always known.
        known: what is on record of them, records of `marketsim.market.knowledge.KNOWN`.
    """
    bits = np.zeros(len(population), dtype=np.uint64)
    for place, name in enumerate(sorted(study.tags)):
        if name in used:
            bits[carried(study.tags[name], frame, population, known)] |= np.uint64(1 << place)
    return bits


def carried(rule: TagRule, frame: Frame, population: Records, known: Records) -> BoolArray:
    """Return who meets all conditions of a tag."""
    annual = known["energy"] * MONTHS_PER_YEAR
    meets = np.ones(len(population), dtype=np.bool_)
    for names, all_names, index in (
        (rule.segments, frame.segments, population["segment"]),
        (rule.regions, frame.regions, population["region"]),
        (rule.credit_grades, CREDIT_GRADES, known["credit"]),
        (rule.age_groups, AGE_GROUPS, known["age"]),
        (rule.payment_habits, PAYMENT_HABITS, known["habit"]),
        (None if rule.top_need is None else (rule.top_need,), DIMENSIONS, known["need"]),
    ):
        if names is not None:
            meets &= np.array([name in names for name in all_names])[index]
    for least, most, value in (
        (rule.min_annual_mwh, rule.max_annual_mwh, annual),
        (rule.min_digital_affinity, rule.max_digital_affinity, known["digital_affinity"]),
    ):
        meets &= (value >= (-np.inf if least is None else least)) & (value <= (np.inf if most is None else most))
    return meets
