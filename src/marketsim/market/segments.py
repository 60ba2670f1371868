"""Behavioural parameters of the segments and of the market, as arrays and numbers that compiled rules can read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.frame import Frame
from marketsim.scenario.loaded import ScenarioData
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class SegmentParameters(NamedTuple):
    """Parameters by segment, in the order of the frame; names as in the scenario. `bands` has shape (segments, 3)."""

    price_sensitivity: FloatArray
    service_sensitivity: FloatArray
    search_rate: FloatArray
    consideration_offers: IntArray
    awareness: FloatArray
    switching_cost: FloatArray
    loyalty_weight: FloatArray
    taste_sd: FloatArray
    bill_risk_aversion: FloatArray
    contract_length_dislike: FloatArray
    tickets_per_month: FloatArray
    acquisition_cost_cny: FloatArray
    contestable: BoolArray
    bands: FloatArray


class ExperienceParameters(NamedTuple):
    """`behaviour.experience` of the scenario."""

    disconfirmation_weight: float
    loss_aversion: float
    gap_curvature: float
    satisfaction_speed: float
    expectation_speed: float
    expectation_drift: float
    quality_noise_sd: float
    base_quality: float
    responsiveness_half_time: float
    responsiveness_memory: float


class FairnessParameters(NamedTuple):
    """`behaviour.fairness` of the scenario."""

    enabled: bool
    base: float
    visibility: float
    legitimacy: float
    wait_weight: float
    price_weight: float
    price_scale: float
    bill_bound: float


class ComplaintParameters(NamedTuple):
    """`behaviour.complaints` of the scenario."""

    enabled: bool
    intercept: float
    threshold: float
    slope: float
    breach_logits: float
    ease_logits: float
    recovery_gain: float
    failure_loss: float
    regulator_months: int
    regulator_penalty_cny: float


class ChoiceParameters(NamedTuple):
    """`behaviour.choice` of the scenario."""

    search_dissatisfaction: float
    search_pivot: float
    search_bill: float
    search_bill_cap: float
    search_complaint: float
    window_months: int
    outside_window_factor: float
    rating_weight: float
    loyalty_speed: float
    known_offer_weight: float


class Behaviour(NamedTuple):
    """All behavioural parameters of a study."""

    segments: SegmentParameters
    experience: ExperienceParameters
    fairness: FairnessParameters
    complaints: ComplaintParameters
    choice: ChoiceParameters
    network_cny_per_mwh: float


def build_behaviour(frame: Frame, study: Study, data: ScenarioData) -> Behaviour:
    """Return the behavioural parameters of a study."""
    behaviour = study.behaviour
    return Behaviour(
        segments=_segment_parameters(frame, study, data),
        experience=ExperienceParameters(**behaviour.experience.model_dump()),
        fairness=FairnessParameters(**behaviour.fairness.model_dump()),
        complaints=ComplaintParameters(**behaviour.complaints.model_dump()),
        choice=ChoiceParameters(**behaviour.choice.model_dump()),
        network_cny_per_mwh=float(study.market.network_cny_per_mwh),
    )


def _segment_parameters(frame: Frame, study: Study, data: ScenarioData) -> SegmentParameters:
    dtypes = {"consideration_offers": np.int64, "contestable": np.bool_}
    columns = {
        name: np.array([getattr(study.segments[segment], name) for segment in frame.segments], dtype=dtypes.get(name, np.float64))
        for name in SegmentParameters._fields
        if name != "bands"
    }
    bands = np.array([data.band_shares[segment] for segment in frame.segments], dtype=np.float64)
    return SegmentParameters(**columns, bands=bands)
