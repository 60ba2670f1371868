"""Random settings of the mechanisms that can be switched off, lively enough that much happens in a few months."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Tree = dict[str, Any]
TAGS = {
    "big": {"min_annual_mwh": 400.0, "credit_grades": ["A", "B"]},
    "late": {"payment_habits": ["forgetful", "strained"]},
    "online": {"min_digital_affinity": 0.4, "age_groups": ["young", "middle"]},
    "quick": {"top_need": "responsiveness"},
}
"""Tags that ask for all that records hold."""
ALL_HOOKS = {
    "field_tickets_per_customer_month": 0.05,
    "travel_time_factor": 0.8,
    "outage_rate_factor": 0.5,
    "restoration_saving": 0.4,
    "locate_saving": 0.5,
    "energy_saving_share": 0.1,
    "intensity_saving_share": 0.05,
    "electrification_logits": 1.0,
    "late_saving": 0.4,
    "default_gain": 0.5,
    "coverage_gain": 0.5,
    "updates_gain_per_year": 6.0,
    "skill_gain": 0.3,
    "silo_saving": 0.5,
    "need_accuracy_gain": 0.4,
    "breach_saving": 0.5,
    "advertising_gain": 0.5,
    "talk_gain_contacts": 3.0,
    "forecast_saving": 0.3,
}
"""Hooks of a lever that touches the market wherever one can, but for the grid."""


def one_of(*values: object) -> st.SearchStrategy[Any]:
    """Return a strategy that picks one of the values."""
    return st.sampled_from(values)


def section(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Tree]:
    """Return a strategy of a mapping with these fields."""
    return st.fixed_dictionaries(dict(fields))


def mechanisms() -> dict[str, st.SearchStrategy[Tree]]:
    """Return strategies of the settings of each mechanism by its name in a study."""
    return {
        "information": section(
            enabled=st.just(True),
            decay_rate=one_of(0.0, 0.1),
            match_penalty=one_of(0.0, 0.3),
            loss_of_demotion=one_of(0.0, 0.4),
            breach_rate=one_of(0.0, 0.1),
        ),
        "reliability": section(
            enabled=st.just(True),
            outages_per_year=st.just({"urban": 0.3, "rural": 12.0}),
            other_outages_per_year=one_of(1.0, 6.0),
            contact_tickets_per_outage=one_of(0.0, 0.5),
            regional_events_per_year=one_of(0.0, 3.0),
        ),
        "demand": section(
            enabled=st.just(True),
            growth_per_year=one_of(-0.1, 0.04),
            season=one_of((1.0,) * 12, (1.5, 0.5) * 6),
            noise_sd=one_of(0.0, 0.1),
            substitution_speed=one_of(0.03, 0.5),
            closing=section(retrofit_rate_per_month=one_of(0.03, 0.3)),
        ),
        "word_of_mouth": section(
            enabled=st.just(True),
            degree=one_of(1, 6, 9),
            rewiring=one_of(0.0, 0.4),
            contact_rate=one_of(0.1, 0.6),
            nwom_weight=one_of(1.0, 3.0),
            industry_spillover=one_of(0.0, 0.3),
            internal_coefficient_per_year=one_of(0.05, 5.0),
            external_awareness_per_year=one_of({}, {"commercial": 2.0}),
            market_opening=st.booleans(),
        ),
        "credit": section(
            enabled=st.just(True),
            bearer=one_of("retailer", "retailer", "grid"),
            late_logits=one_of({}, {"A": -1.0, "B": 0.0, "C": 0.5, "D": 2.0}),
            strategic_share=one_of(0.1, 0.6),
            notice_months=one_of(0, 1),
            default_months=one_of(2, 4),
            cut_off_satisfaction_loss=one_of(0.15, 0.5),
            protected_segments=one_of((), ("commercial",)),
        ),
        "settlement": section(
            enabled=st.just(True), customer_forecast_sd=one_of(0.0, 0.4), deviation_band=one_of(0.0, 0.03)
        ),
    }


def rules() -> st.SearchStrategy[Tree]:
    """Return a strategy of the regulator's rules."""
    standard = section(minimum_share=one_of(0.0, 0.9), penalty_cny_per_point=st.just(100.0))
    return section(
        price_cap_cny_per_mwh=one_of(None, 480.0),
        spread_cap_cny_per_mwh=one_of(None, None, 5.0),
        service_standards=section(contact=standard, field=standard, case=standard),
    )


def events(months: int, retailers: list[str], segments: list[str]) -> st.SearchStrategy[Tree]:
    """Return a strategy of the events that the mechanisms answer to."""
    dated = {"month": st.integers(0, months - 1)}
    passing = dated | {"duration_months": st.integers(1, 3)}
    lasting = dated | {"duration_months": one_of(None, 2)}
    some = one_of(None, segments[:1])
    return st.one_of(
        section(type=st.just("outage_storm"), size=one_of(4.0), regions=one_of(None, ("urban",)), **passing),
        section(type=st.just("demand_shock"), size=one_of(-0.3, 0.5), segments=some, **passing),
        section(type=st.just("alternative_price_shock"), size=one_of(-0.5, 1.0), **passing),
        section(type=st.just("credit_shock"), size=one_of(0.2, 1.0), segments=some, **passing),
        section(
            type=st.just("lever_change"),
            retailer=st.sampled_from(retailers),
            lever=one_of("everything", "one_stop"),
            intensity=one_of(0.0, 0.8),
            **lasting,
        ),
        section(
            type=st.just("regulation"),
            changes=one_of({"price_cap_cny_per_mwh": 475.0}, {"spread_cap_cny_per_mwh": 2.0}),
            **lasting,
        ),
        section(type=st.just("breach"), retailer=st.sampled_from(retailers), size=one_of(0.3, 1.0), **dated),
    )


def closures(months: int, segments: list[str]) -> st.SearchStrategy[Tree]:
    """Return a strategy of closures of plants, by a standard or by their share."""
    dated = {"type": st.just("closure"), "segment": st.sampled_from(segments), "month": st.integers(0, months - 1)}
    notice = one_of(0, 2, 12)
    return st.one_of(
        section(standard=st.just(1.1), notice_months=notice, **dated),
        section(share=one_of(0.3, 1.0), notice_months=notice, **dated),
    )


def openings(months: int) -> st.SearchStrategy[Tree]:
    """Return a strategy of the opening of all segments that have no choice yet."""
    return section(type=st.just("opening"), awareness=one_of(0.0, 0.5), month=st.integers(0, months - 1))


def segment_parts() -> dict[str, st.SearchStrategy[Any]]:
    """Return strategies of what a segment brings to the mechanisms."""
    return {
        "demand": section(
            elasticity=one_of(0.0, -0.5),
            substitutable_share=one_of(0.0, 0.4),
            alternative_share=one_of(0.2, 0.6),
            fuel=one_of("gas", "heat"),
            electricity_appeal_logits=one_of(None, 0.5),
        ),
        "green_value_logits": one_of(0.0, 1.0),
    }


def retailer_parts() -> dict[str, st.SearchStrategy[Any]]:
    """Return strategies of what a retailer decides about the mechanisms; a policy may change it."""
    return {
        "records": section(
            sources=one_of({"crm": 0.4}, {"crm": 0.9, "metering": 0.5}),
            updates_per_year=one_of(1.0, 5.0, 30.0),
            skill=one_of(0.8, 1.0),
            silo_factor=one_of(0.7, 1.0),
            survey=section(responses_per_month=one_of(0, 5, 500)),
        ),
        "outage_promise": section(
            cny_per_hour=one_of(0.0, 50.0), cny_per_mwh=one_of(0.0, 500.0), relief_share=one_of(0.0, 0.5)
        ),
        "marketing": section(
            budget_cny_per_month=one_of(0.0, 500_000.0, 3_000_000.0),
            promise=one_of(None, 0.5, 0.95),
            fading_brand_logits=one_of({}, {"commercial": 0.5}),
        ),
        "collection": section(
            mode=one_of("flexible", "flexible", "strict", "by_diagnosis"),
            cut_off_months=one_of(0, 2),
            instalments=one_of(2, 3),
            deposit_months=one_of({}, {"B": 1.0, "C": 2.0, "D": 2.0}),
            advance_payment_from=one_of(None, None, "C"),
        ),
        "pricing": pricing(),
    }


def pricing() -> st.SearchStrategy[Tree]:
    """Return a strategy of prices besides the list."""
    some = one_of(None, ("commercial",))
    return section(
        negotiation=section(
            from_annual_mwh=one_of(100.0, 5000.0), concession_cny_per_mwh=one_of(0.0, 5.0), segments=some
        ),
        renewal=section(markup_cny_per_mwh=one_of(0.0, 10.0, -3.0), markup_by_segment=one_of({}, {"commercial": 4.0})),
        retention=section(discount_cny_per_mwh=one_of(0.0, 6.0), segments=some),
        win_back=section(discount_cny_per_mwh=one_of(0.0, 8.0), months=one_of(1, 24), segments=some),
        brokers=section(reach=one_of(1.0, 3.0), signings_share=one_of(0.0, 0.5), fee_cny_per_mwh=st.just(4.0)),
    )
