"""Behavioural parameters are read from the study as they are."""

from __future__ import annotations

import pytest
from tests.markets import lively

from marketsim.market.frame import build_frame
from marketsim.market.segments import SEGMENT, build_behaviour


def test_each_parameter_is_in_its_place() -> None:
    scenario = lively({"behaviour.fairness.enabled": False, "behaviour.choice.window_months": 2})
    study = scenario.study
    behaviour = build_behaviour(build_frame(study, study), study, scenario.data)
    for place, name in enumerate(sorted(study.segments)):
        for field in SEGMENT.names or ():
            if field != "bands":
                assert behaviour.segments[place][field] == getattr(study.segments[name], field), (name, field)
        assert behaviour.segments[place]["bands"].tolist() == list(scenario.data.band_shares[name])
        assert behaviour.segments[place]["bands"].sum() == pytest.approx(1)
    for part in ("experience", "fairness", "complaints", "choice"):
        for field, value in getattr(study.behaviour, part).model_dump().items():
            assert getattr(behaviour, part)[field] == value, field
    assert behaviour.network_cny_per_mwh == 200
