"""What retailers know of their customers: records, surveys, breaches (M2)."""

from __future__ import annotations

from marketsim.scenario.fields import ASSUMPTION, Name, Section, number, part, setting


class Information(Section):
    """How records age, and what wrong records, demotions and data breaches do."""

    enabled: bool = setting(
        False,
        meaning="Whether records may be wrong; off, every retailer knows the truth, nobody minds a demotion and no data are lost.",
    )
    decay_rate: float = number(
        0.02,
        unit="1/month",
        meaning="Rate at which a record that was right becomes wrong until it is updated (d in E1).",
        source=ASSUMPTION,
        low=0,
        high=10,
        plausible=(0.005, 0.05),
    )
    match_penalty: float = number(
        0.3,
        unit="1",
        meaning="Effect of a lever that answers to needs where the recorded top need is not the customer's, relative to where it is (E4).",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.1, 0.6),
    )
    loss_of_demotion: float = number(
        0.1,
        unit="quality",
        meaning="Fairness and personalisation that a customer feels to lose, before loss aversion, in the month in which it loses all that the best tier brings.",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.0, 0.2),
    )
    breach_rate: float = number(
        0.004,
        unit="1/month",
        meaning="Probability of a data breach at a retailer in a month, without levers against it.",
        source="ASSUMPTION: one in about twenty years",
        low=0,
        high=1,
        plausible=(0.001, 0.01),
    )
    breach_loss: float = number(
        0.3,
        unit="quality",
        meaning="Assurance that a breach takes from all customers of the retailer.",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.1, 0.5),
    )
    breach_half_life_months: float = number(
        6.0,
        unit="months",
        meaning="Time in which half of that loss is forgotten.",
        source=ASSUMPTION,
        low=0.1,
        high=120,
    )
    breach_fine_cny: float = number(
        500_000.0,
        unit="CNY/breach",
        meaning="Fine for a breach.",
        source="ASSUMPTION, within the Personal Information Protection Law of China (2021), article 66: up to 1 million CNY, in grave cases 50 million",
        low=0,
        high=1e10,
    )


class Survey(Section):
    """Asking customers how satisfied they are."""

    responses_per_month: int = number(
        0,
        unit="responses/month",
        meaning="Customers, drawn at random, who answer in a month; the retailer then knows their mean satisfaction.",
        source="the user",
        low=0,
        high=1_000_000,
    )
    cost_cny_per_response: float = number(
        20.0,
        unit="CNY/response",
        meaning="Cost of one answer; booked as marketing.",
        source=ASSUMPTION,
        low=0,
        high=1e5,
    )


class CustomerRecords(Section):
    """How well one retailer keeps its records: a record is valid with probability skill x silo factor x coverage x freshness (E1)."""

    sources: dict[Name, float] = setting(
        {"crm": 0.4},
        meaning="Share of customers whom each source of data covers; sources combine as 1 - prod(1 - c). A weak customer system covers .4, a strong one .9.",
        source=ASSUMPTION,
    )
    updates_per_year: float = number(
        1.0,
        unit="1/year",
        meaning="How often a record is updated; between updates it ages. A weak customer system does so once a year, a strong one 12 times.",
        source=ASSUMPTION,
        low=0.05,
        high=365,
        plausible=(1, 12),
    )
    skill: float = number(
        1.0,
        unit="1",
        meaning="Share of covered customers whom the models for portraits get right (a in E1).",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.7, 1.0),
    )
    silo_factor: float = number(
        1.0,
        unit="1",
        meaning="Share of what one department knows that reaches the others (E1).",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.5, 1.0),
    )
    survey: Survey = part(Survey, meaning="Asking customers how satisfied they are.")
