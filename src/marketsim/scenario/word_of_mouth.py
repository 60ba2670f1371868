"""Awareness, beliefs, brand and talk among customers (M10)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from marketsim.scenario.fields import ASSUMPTION, Name, Section, number, setting

_Names = Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
_Shares = dict[Name, Annotated[float, Field(ge=0, le=10)]]
_Logits = dict[Name, Annotated[float, Field(ge=-100, le=100)]]


class WordOfMouth(Section):
    """How customers come to know retailers, what they believe of them, and how they talk about them."""

    enabled: bool = setting(
        False,
        meaning="Whether customers learn names and qualities from each other and from advertising; if off, they know a lasting share of retailers and believe published ratings.",
    )
    degree: int = number(
        6,
        unit="contacts",
        meaning="Contacts of a customer, in its own segment and region, whom it listens to.",
        source="ASSUMPTION; a small world after Watts & Strogatz 1998",
        low=1,
        high=50,
        plausible=(4, 10),
    )
    rewiring: float = number(
        0.10,
        unit="1",
        meaning="Share of contacts that are with anybody in the segment and region instead of with neighbours.",
        source="ASSUMPTION; a small world after Watts & Strogatz 1998",
        low=0,
        high=1,
    )
    contact_rate: float = number(
        0.10,
        unit="1/month",
        meaning="Probability that a customer hears from one contact about its retailer in a month.",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.05, 0.2),
    )
    searching_factor: float = number(
        2.0,
        unit="1",
        meaning="Multiplies that probability where the listener is about to compare offers.",
        source=ASSUMPTION,
        low=0,
        high=20,
    )
    promoter_threshold: float = number(
        0.75, unit="1", meaning="Satisfaction above which a customer is a promoter.", source=ASSUMPTION, low=0, high=1
    )
    detractor_threshold: float = number(
        0.40, unit="1", meaning="Satisfaction below which a customer is a detractor.", source=ASSUMPTION, low=0, high=1
    )
    talk_factor: float = number(
        2.0,
        unit="1",
        meaning="How much more often promoters and detractors talk.",
        source=ASSUMPTION,
        low=0,
        high=20,
    )
    complaint_factor: float = number(
        2.0,
        unit="1",
        meaning="How much more often a customer with an open complaint talks.",
        source=ASSUMPTION,
        low=0,
        high=20,
    )
    hearsay_speed: float = number(
        0.20,
        unit="1/talk",
        meaning="Share of the distance that a belief moves to the speaker's satisfaction in one talk (omega).",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.1, 0.3),
    )
    nwom_weight: float = number(
        1.0,
        unit="1",
        meaning="Weight of bad news against good: talk of a satisfaction below the prior belief (behaviour.choice.search_pivot).",
        source="East, Hammond & Lomax 2008: bad news does not weigh more in general; a sweep of 1-3 is ASSUMPTION",
        low=0,
        high=10,
        plausible=(1.0, 3.0),
    )
    experience_speed: float = number(
        0.30,
        unit="1/month",
        meaning="Share of the distance that the belief in the own retailer moves to the own satisfaction in a month.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    industry_spillover: float = number(
        0.0,
        unit="1",
        meaning="Share of a loss of belief in one retailer, by experience or hearsay, that carries over to the other retailers of the same kind of owner.",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.0, 0.3),
    )
    internal_coefficient_per_year: float = number(
        0.05,
        unit="1/year",
        meaning="Growth of awareness through customers who know a retailer (the internal coefficient of Bass 1969); divided by the number of contacts for each of them.",
        source="ASSUMPTION; small, because open markets spread almost linearly",
        low=0,
        high=10,
        plausible=(0.0, 0.4),
    )
    external_awareness_per_year: _Shares = setting(
        {},
        meaning="Rate at which customers come to know a retailer from outside, by segment and year (the external coefficient of Bass 1969).",
        source="ASSUMPTION: .05 residential, .2 small firms, .5 large ones",
    )
    external_awareness_default_per_year: float = number(
        0.20,
        unit="1/year",
        meaning="The same in segments that are not listed.",
        source=ASSUMPTION,
        low=0,
        high=10,
    )
    market_opening: bool = setting(
        False, meaning="Whether the market opens as the run begins: nobody knows any rival of the own retailer."
    )
    incumbent_half_life_months: float = number(
        36.0,
        unit="months",
        meaning="Time in which one half of the names' advantage that fades (retailers.*.marketing.fading_brand_logits) is gone.",
        source=ASSUMPTION,
        low=1,
        high=1200,
        plausible=(18, 72),
    )
    brand_retention: float = number(
        0.90,
        unit="1/month",
        meaning="Share of the brand built by advertising that is left after a month.",
        source=ASSUMPTION,
        low=0,
        high=0.999,
    )
    advertising_response_logits: float = number(
        0.03,
        unit="logits/month",
        meaning="Brand that the reference budget builds in a month; more money builds more with its square root.",
        source=ASSUMPTION,
        low=0,
        high=10,
        plausible=(0.01, 0.06),
    )
    reference_budget_cny_per_month: float = number(
        1_000_000.0,
        unit="CNY/month",
        meaning="Advertising budget that doubles a retailer's awareness from outside, where it addresses all contestable customers; less in proportion to their energy where it addresses some segments.",
        source=ASSUMPTION,
        low=1,
        high=1e10,
    )
    promise_weight: float = number(
        0.05,
        unit="1/month",
        meaning="Share of the distance that expectations of the own customers move to the advertised promise in a month, at the reference budget.",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.0, 0.1),
    )
    promise_belief_weight: float = number(
        0.05,
        unit="1/month",
        meaning="Share of the distance that the belief of others who know the retailer moves to its advertised promise in a month, at the reference budget.",
        source="ASSUMPTION; 0 leaves only the effect on expectations",
        low=0,
        high=1,
        plausible=(0.0, 0.1),
    )

    @model_validator(mode="after")
    def _promoters_above_detractors(self) -> Self:
        if self.detractor_threshold > self.promoter_threshold:
            raise ValueError(
                f"detractor_threshold ({self.detractor_threshold:g}) must not be above promoter_threshold "
                f"({self.promoter_threshold:g}); otherwise a customer would be both"
            )
        return self


class Marketing(Section):
    """What a retailer spends on being known, and what it promises; it acts where word_of_mouth is enabled."""

    budget_cny_per_month: float = number(
        0.0,
        unit="CNY/month",
        meaning="Spending on advertising.",
        source="the user",
        low=0,
        high=1e10,
    )
    segments: _Names | None = setting(None, meaning="Segments that are addressed; all when left out.")
    promise: float | None = number(
        None,
        unit="1",
        meaning="Quality of service that advertising promises; none when left out. It is heard as far as the budget carries it.",
        source="the user",
        low=0,
        high=1,
    )
    fading_brand_logits: _Logits = setting(
        {},
        meaning="Part of brand_logits, by segment, that a former monopolist owes to having been the only name; it fades with word_of_mouth.incumbent_half_life_months.",
        source="residential well known 1.48, local 2.08 logits (Train's electricity data, mixed logit); business 0.3 ASSUMPTION",
    )
