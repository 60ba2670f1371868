"""Behavioural parameters of the segments and of the market, as records that compiled rules can read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.market.frame import Frame
from marketsim.market.records import Record, Records, one_record, record_type
from marketsim.scenario.loaded import ScenarioData
from marketsim.scenario.study import Study

SEGMENT = record_type(
    price_sensitivity="f8",
    service_sensitivity="f8",
    search_rate="f8",
    consideration_offers="i8",
    awareness="f8",
    switching_cost="f8",
    loyalty_weight="f8",
    taste_sd="f8",
    bill_risk_aversion="f8",
    contract_length_dislike="f8",
    tickets_per_month="f8",
    acquisition_cost_cny="f8",
    contestable="i8",
    bands=("f8", (3,)),
)
"""A segment; names and units as in the scenario. `bands` are its shares of energy in peak, flat and valley hours."""

EXPERIENCE = record_type(
    disconfirmation_weight="f8",
    loss_aversion="f8",
    gap_curvature="f8",
    satisfaction_speed="f8",
    expectation_speed="f8",
    expectation_drift="f8",
    quality_noise_sd="f8",
    base_quality="f8",
    responsiveness_half_time="f8",
    responsiveness_memory="f8",
)
"""`behaviour.experience` of the scenario."""

FAIRNESS = record_type(
    enabled="i8",
    base="f8",
    visibility="f8",
    legitimacy="f8",
    wait_weight="f8",
    price_weight="f8",
    price_scale="f8",
    bill_bound="f8",
)
"""`behaviour.fairness` of the scenario."""

COMPLAINTS = record_type(
    enabled="i8",
    intercept="f8",
    threshold="f8",
    slope="f8",
    breach_logits="f8",
    ease_logits="f8",
    recovery_gain="f8",
    failure_loss="f8",
    regulator_months="i8",
    regulator_penalty_cny="f8",
)
"""`behaviour.complaints` of the scenario."""

CHOICE = record_type(
    search_dissatisfaction="f8",
    search_pivot="f8",
    search_bill="f8",
    search_bill_cap="f8",
    search_complaint="f8",
    window_months="i8",
    outside_window_factor="f8",
    rating_weight="f8",
    loyalty_speed="f8",
    known_offer_weight="f8",
)
"""`behaviour.choice` of the scenario."""


class Behaviour(NamedTuple):
    """All behavioural parameters of a study: one record a segment, one record a mechanism."""

    segments: Records
    experience: Record
    fairness: Record
    complaints: Record
    choice: Record
    network_cny_per_mwh: float


def build_behaviour(frame: Frame, study: Study, data: ScenarioData) -> Behaviour:
    """Return the behavioural parameters of a study."""
    behaviour = study.behaviour
    return Behaviour(
        segments=_segments(frame, study, data),
        experience=one_record(EXPERIENCE, behaviour.experience.model_dump()),
        fairness=one_record(FAIRNESS, behaviour.fairness.model_dump()),
        complaints=one_record(COMPLAINTS, behaviour.complaints.model_dump()),
        choice=one_record(CHOICE, behaviour.choice.model_dump()),
        network_cny_per_mwh=float(study.market.network_cny_per_mwh),
    )


def _segments(frame: Frame, study: Study, data: ScenarioData) -> Records:
    rows = np.zeros(len(frame.segments), dtype=SEGMENT)
    assert SEGMENT.names is not None
    for row, name in enumerate(frame.segments):
        for field in SEGMENT.names:
            value = data.band_shares[name] if field == "bands" else getattr(study.segments[name], field)
            rows[row][field] = value
    return rows
