"""Customer types: what a segment of the market is made of."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from marketsim.scenario.demand import SegmentDemand
from marketsim.scenario.fields import ASSUMPTION, Section, number, part, setting

CreditGrade = Literal["A", "B", "C", "D"]
CREDIT_GRADES: tuple[CreditGrade, ...] = ("A", "B", "C", "D")
DIMENSIONS = ("reliability", "responsiveness", "convenience", "assurance", "personalisation", "fairness")
"""The six dimensions of service quality, after SERVQUAL (Parasuraman, Zeithaml & Berry 1988)."""

_SUM_TOLERANCE = 1e-6


def check_sum(values: dict[str, float], what: str) -> None:
    """Raise ValueError unless the shares sum to one."""
    total = sum(values.values())
    if abs(total - 1.0) > _SUM_TOLERANCE:
        raise ValueError(f"{what} must sum to 1; they sum to {total:.6g}")


class QualityWeights(Section):
    """How much each dimension of quality counts in a customer's satisfaction; the six sum to one."""

    reliability: float = number(
        0.15,
        unit="1",
        meaning="Weight of supply reliability and power quality.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    responsiveness: float = number(
        0.20, unit="1", meaning="Weight of being served without waiting.", source=ASSUMPTION, low=0, high=1
    )
    convenience: float = number(
        0.20, unit="1", meaning="Weight of simple processes and channels.", source=ASSUMPTION, low=0, high=1
    )
    assurance: float = number(
        0.15,
        unit="1",
        meaning="Weight of competence, correct bills, privacy and safety.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    personalisation: float = number(
        0.10, unit="1", meaning="Weight of advice, care and fit.", source=ASSUMPTION, low=0, high=1
    )
    fairness: float = number(
        0.20, unit="1", meaning="Weight of fair price and treatment.", source=ASSUMPTION, low=0, high=1
    )

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        check_sum(self.model_dump(), "the six quality weights")
        return self


class CreditMix(Section):
    """Share of a segment's customers in each credit grade; the four sum to one."""

    A: float = number(0.35, unit="1", meaning="Share of grade A.", source=ASSUMPTION, low=0, high=1)
    B: float = number(0.40, unit="1", meaning="Share of grade B.", source=ASSUMPTION, low=0, high=1)
    C: float = number(0.20, unit="1", meaning="Share of grade C.", source=ASSUMPTION, low=0, high=1)
    D: float = number(0.05, unit="1", meaning="Share of grade D.", source=ASSUMPTION, low=0, high=1)

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        check_sum(self.model_dump(), "the four credit shares")
        return self


class AgeMix(Section):
    """Share of a segment's customers in each age group; the three sum to one."""

    young: float = number(0.0, unit="1", meaning="Share of the young.", source=ASSUMPTION, low=0, high=1)
    middle: float = number(1.0, unit="1", meaning="Share of the middle-aged.", source=ASSUMPTION, low=0, high=1)
    old: float = number(0.0, unit="1", meaning="Share of the elderly.", source=ASSUMPTION, low=0, high=1)

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        check_sum(self.model_dump(), "the three age shares")
        return self


class Segment(Section):
    """One customer type: how many, how large, what they value and how they choose."""

    customers: int = number(
        unit="customers",
        meaning="Real number of customers of this type in the market.",
        source="the preset",
        low=1,
        high=1_000_000_000,
    )
    customers_file: str | None = setting(
        None,
        meaning="CSV of real accounts that replaces the sampled customers of this segment; columns id, annual_mwh, region, credit_grade, retailer, contract_end_month. The number of its rows replaces `customers`.",
    )
    energy_mwh_per_month: float = number(
        unit="MWh/month", meaning="Mean energy of a customer.", source="the preset", low=1e-4, high=1e7
    )
    energy_sigma: float = number(
        0.8,
        unit="1",
        meaning="Standard deviation of the logarithm of energy over customers (log-normal).",
        source=ASSUMPTION,
        low=0,
        high=3,
    )
    quality_weights: QualityWeights = setting(meaning="Mean weights of the six quality dimensions.")
    weights_concentration: float = number(
        30.0,
        unit="1",
        meaning="Concentration of the Dirichlet spread of quality weights over customers; larger is more alike.",
        source=ASSUMPTION,
        low=1,
        high=1e6,
    )
    price_sensitivity: float = number(
        unit="logits per 100 % of the bill",
        meaning="Loss of utility when the bill doubles (beta).",
        source="residential: -0.973 logits per US cent/kWh at 7-9 cents (Train's electricity data, mixed logit), an upper bound; others ASSUMPTION, set so that the logit markup lies in the observed 3-20 CNY/MWh",
        low=0,
        high=1e5,
    )
    price_sensitivity_sigma: float = number(
        0.25,
        unit="1",
        meaning="Log-normal spread of price sensitivity over customers.",
        source="Train's electricity data, mixed logit: sd/mean .22/.97",
        low=0,
        high=2,
    )
    service_sensitivity: float = number(
        unit="logits per unit of quality",
        meaning="Gain of utility per unit of believed service quality (theta).",
        source=ASSUMPTION,
        low=0,
        high=100,
    )
    search_rate: float = number(
        unit="1/month",
        meaning="Hazard of looking at rival offers in a month of the contract window.",
        source="ASSUMPTION; residential set by the yearly switching of mature and young markets (VaasaETT 2008)",
        low=0,
        high=50,
    )
    consideration_offers: int = number(
        8,
        unit="offers",
        meaning="Number of offers that a searching customer compares.",
        source=ASSUMPTION,
        low=1,
        high=1000,
    )
    awareness: float = number(
        0.5,
        unit="1",
        meaning="Probability that a customer knows a given rival retailer without searching.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    switching_cost: float = number(
        unit="logits", meaning="Hassle of changing the retailer (kappa).", source=ASSUMPTION, low=0, high=100
    )
    loyalty_weight: float = number(
        0.5,
        unit="logits",
        meaning="Extra utility of the own retailer per unit of loyalty (gamma).",
        source=ASSUMPTION,
        low=0,
        high=100,
    )
    taste_sd: float = number(
        1.28,
        unit="logits",
        meaning="Standard deviation of a customer's lasting taste for each retailer; 1.28 makes it half of the variance of all noise.",
        source=ASSUMPTION,
        low=0,
        high=100,
    )
    bill_risk_aversion: float = number(
        10.0,
        unit="logits per unit of relative sd",
        meaning="Loss of utility per standard deviation of the yearly bill relative to the present bill (r).",
        source=ASSUMPTION,
        low=0,
        high=1000,
    )
    contract_length_dislike: float = number(
        0.0,
        unit="logits/year",
        meaning="Loss of utility per year of contract term.",
        source="residential .206 (Train's electricity data, mixed logit); others ASSUMPTION",
        low=-10,
        high=10,
    )
    green_value_logits: float = number(
        0.0,
        unit="logits",
        meaning="Utility of an offer whose energy is wholly green against one whose energy is not.",
        source="ASSUMPTION; above zero in stated choices of households (Sundt & Rehdanz 2015, meta-analysis), unknown in use",
        low=-100,
        high=100,
        plausible=(0.0, 1.0),
    )
    tickets_per_month: float = number(
        unit="tickets/month",
        meaning="Service requests of one customer in a month over all desks.",
        source=ASSUMPTION,
        low=0,
        high=1000,
    )
    credit_mix: CreditMix = setting(CreditMix(), meaning="Shares of the credit grades.")
    region_mix: dict[str, float] | None = setting(
        None, meaning="Share of the customers in each region; by default the shares given with the regions."
    )
    digital_affinity: float = number(
        0.6,
        unit="1",
        meaning="Mean inclination to use digital channels; customers spread around it.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    digital_affinity_sd: float = number(
        0.2, unit="1", meaning="Spread of digital affinity over customers.", source=ASSUMPTION, low=0, high=1
    )
    age_mix: AgeMix = setting(AgeMix(), meaning="Shares of the age groups.")
    digital_affinity_age_gap: float = number(
        0.25,
        unit="1",
        meaning="How much more inclined the young, and less inclined the old are to use digital channels than the middle-aged.",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.1, 0.4),
    )
    initial_tenure_months: float = number(
        36.0,
        unit="months",
        meaning="Mean time that customers have been with their retailer at the start (exponential, at most 120).",
        source=ASSUMPTION,
        low=0,
        high=120,
    )
    acquisition_cost_cny: float = number(
        200.0,
        unit="CNY/customer",
        meaning="Cost of signing one new customer, besides the broker's fee.",
        source=ASSUMPTION,
        low=0,
        high=1e8,
    )
    contestable: bool = setting(
        True,
        meaning="Whether these customers may choose their retailer; if not, they stay with the default supplier.",
    )
    load_profile: str = setting(
        "flat",
        meaning="Name of a shipped hourly profile or path of a CSV (hour, load, optional day_type; or timestamp, load); becomes peak / flat / valley shares.",
    )
    demand: SegmentDemand = part(SegmentDemand, meaning="How its demand answers to prices, services and policy.")
