"""How customers experience service, compare themselves with others, complain and choose."""

from __future__ import annotations

from marketsim.scenario.fields import ASSUMPTION, Section, number, part, setting


class Experience(Section):
    """Satisfaction from quality, expectation and disconfirmation with loss aversion."""

    disconfirmation_weight: float = number(
        0.25,
        unit="1",
        meaning="Weight of gaps between quality and expectation in a month's satisfaction.",
        source="ASSUMPTION; newer meta-analysis finds a weak contrast effect",
        low=0,
        high=2,
        plausible=(0.0, 0.5),
    )
    loss_aversion: float = number(
        1.955,
        unit="1",
        meaning="How much more a shortfall weighs than an excess.",
        source="Brown et al. 2024 (meta-analysis of loss aversion)",
        low=0,
        high=10,
    )
    gap_curvature: float = number(
        0.88,
        unit="1",
        meaning="Exponent of the value of a gap.",
        source="Tversky & Kahneman 1992",
        low=0.1,
        high=1,
    )
    satisfaction_speed: float = number(
        0.25,
        unit="1/month",
        meaning="Share of the distance that satisfaction moves in a month.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    expectation_speed: float = number(
        0.05,
        unit="1/month",
        meaning="Share of the distance that expectation moves toward experienced quality in a month.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    expectation_drift: float = number(
        0.0,
        unit="1/month",
        meaning="Rise of expectations in a month whatever the experience.",
        source=ASSUMPTION,
        low=-0.1,
        high=0.1,
    )
    quality_noise_sd: float = number(
        0.05,
        unit="1",
        meaning="Month-to-month noise of convenience, assurance and personalisation.",
        source=ASSUMPTION,
        low=0,
        high=0.5,
    )
    base_quality: float = number(
        0.70,
        unit="1",
        meaning="Convenience, assurance and personalisation without any lever.",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.6, 0.8),
    )
    responsiveness_half_time: float = number(
        3.0,
        unit="multiples of the customary service standard",
        meaning="Wait at which responsiveness falls to one half; the customary standards are 10 minutes (contact), that of the region (field) and 2 working days (case), whatever a retailer promises.",
        source=ASSUMPTION,
        low=0.01,
        high=1000,
        plausible=(1.5, 6.0),
    )
    responsiveness_memory: float = number(
        0.10,
        unit="1/month",
        meaning="How fast a customer without a ticket drifts to the retailer's reputation for responsiveness.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )


class Fairness(Section):
    """Fairness of price and treatment, after Fehr & Schmidt 1999; queue-jumping after Larson 1987, Zhou & Soman 2008."""

    enabled: bool = setting(
        True, meaning="If off, nobody compares with others; the price against the market still counts."
    )
    base: float = number(
        0.70,
        unit="1",
        meaning="Fairness felt at the market's mean bill and equal treatment.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    visibility: float = number(
        0.5,
        unit="1",
        meaning="How much of others' treatment customers see.",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.0, 1.0),
    )
    legitimacy: float = number(
        0.5,
        unit="1",
        meaning="How far privilege is accepted as earned: .5 when earned by volume or tenure, 0 when opaque.",
        source="ASSUMPTION; rules that fit social norms anger least (Zhou & Soman 2008)",
        low=0,
        high=1,
        plausible=(0.0, 1.0),
    )
    wait_weight: float = number(
        0.30,
        unit="1",
        meaning="Largest loss of fairness because others wait less.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    price_weight: float = number(
        0.30,
        unit="1",
        meaning="Largest loss of fairness because others pay less.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    price_scale: float = number(
        0.03,
        unit="1",
        meaning="Relative price gap at which the loss is full.",
        source=ASSUMPTION,
        low=1e-4,
        high=1,
    )
    bill_bound: float = number(
        0.30,
        unit="1",
        meaning="Largest effect of the bill against the market's mean bill.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )


class Complaints(Section):
    """Complaints and how they are mended."""

    enabled: bool = setting(True, meaning="If off, nobody complains.")
    intercept: float = number(
        -3.5,
        unit="logits",
        meaning="Log-odds of a complaint in a month at satisfaction .4.",
        source=ASSUMPTION,
        low=-50,
        high=50,
    )
    threshold: float = number(
        0.4, unit="1", meaning="Satisfaction around which complaints rise.", source=ASSUMPTION, low=0, high=1
    )
    slope: float = number(
        0.1,
        unit="1",
        meaning="Fall of satisfaction that multiplies the odds by e.",
        source=ASSUMPTION,
        low=0.001,
        high=10,
    )
    breach_logits: float = number(
        1.5,
        unit="logits",
        meaning="Added when all of the month's tickets broke the service standard.",
        source=ASSUMPTION,
        low=0,
        high=50,
    )
    ease_logits: float = number(
        0.0, unit="logits", meaning="Added when complaining is easy.", source=ASSUMPTION, low=-10, high=10
    )
    recovery_gain: float = number(
        0.10,
        unit="1",
        meaning="Rise of satisfaction when a complaint is solved in time.",
        source="ASSUMPTION; size of the service-recovery effect is disputed",
        low=0,
        high=1,
    )
    failure_loss: float = number(
        0.08, unit="1", meaning="Fall of satisfaction when it is not.", source=ASSUMPTION, low=0, high=1
    )
    regulator_months: int = number(
        2,
        unit="months",
        meaning="A complaint open for longer goes to the regulator.",
        source=ASSUMPTION,
        low=1,
        high=24,
    )
    regulator_penalty_cny: float = number(
        5000.0,
        unit="CNY/complaint",
        meaning="Penalty for a complaint that reaches the regulator.",
        source=ASSUMPTION,
        low=0,
        high=1e8,
    )


class Choice(Section):
    """Search and the choice among offers."""

    search_dissatisfaction: float = number(
        3.0,
        unit="1",
        meaning="Exponent of the search hazard per unit of satisfaction below the pivot.",
        source=ASSUMPTION,
        low=0,
        high=50,
    )
    search_pivot: float = number(
        0.6,
        unit="1",
        meaning="Satisfaction at which the search hazard is the segment's own; also the prior belief in service quality.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    search_bill: float = number(
        10.0,
        unit="1",
        meaning="Exponent per relative bill rise or saving in sight.",
        source=ASSUMPTION,
        low=0,
        high=100,
    )
    search_bill_cap: float = number(
        0.5,
        unit="1",
        meaning="Largest relative bill rise or saving that counts.",
        source=ASSUMPTION,
        low=0,
        high=10,
    )
    search_complaint: float = number(
        0.7,
        unit="1",
        meaning="Exponent while a complaint is open (about doubles the hazard).",
        source=ASSUMPTION,
        low=0,
        high=10,
    )
    window_months: int = number(
        1,
        unit="months",
        meaning="Last months of a term in which the customer is free to sign elsewhere.",
        source=ASSUMPTION,
        low=1,
        high=12,
    )
    outside_window_factor: float = number(
        1 / 12,
        unit="1",
        meaning="Search hazard outside the window relative to inside.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    rating_weight: float = number(
        0.5,
        unit="1",
        meaning="How far the published satisfaction of a retailer's customers of the same segment moves a prospect's belief away from the prior.",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.0, 1.0),
    )
    loyalty_speed: float = number(
        0.10,
        unit="1/month",
        meaning="Share of the distance that loyalty moves toward satisfaction in a month.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    known_offer_weight: float = number(
        5.0,
        unit="1",
        meaning="Weight of an offer of a known retailer in the draw of offers to compare, against 1 of an unknown one.",
        source=ASSUMPTION,
        low=0,
        high=1e6,
    )


class Behaviour(Section):
    """All behavioural mechanisms."""

    experience: Experience = part(Experience, meaning="Satisfaction.")
    fairness: Fairness = part(Fairness, meaning="Fairness and envy.")
    complaints: Complaints = part(Complaints, meaning="Complaints and recovery.")
    choice: Choice = part(Choice, meaning="Search and choice.")
