"""What customers consume: elasticity, efficiency, other fuels, closures (M8)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from marketsim.scenario.fields import ASSUMPTION, Section, number, part, setting

MONTHS = 12


class Fuel(Section):
    """A fuel that can do some of the work of electricity."""

    price_cny_per_mwh: float = number(
        unit="CNY/MWh",
        meaning="What the service of one MWh of electricity costs with this fuel, at the start.",
        source=ASSUMPTION,
        low=0.01,
        high=1e5,
    )
    growth_per_year: float = number(
        0.0, unit="1/year", meaning="Yearly growth of the price.", source=ASSUMPTION, low=-0.5, high=1
    )
    emissions_t_per_mwh: float = number(
        unit="t CO2/MWh",
        meaning="Emissions for the service of one MWh of electricity.",
        source=ASSUMPTION,
        low=0,
        high=10,
    )


FUELS = {
    # 56.1 kg CO2/GJ of natural gas (IPCC 2006 guidelines) through a boiler of 90 %.
    "gas": Fuel(price_cny_per_mwh=600.0, emissions_t_per_mwh=0.22),
    # 0.11 t CO2/GJ, the default of Chinese reporting guidelines for purchased heat.
    "heat": Fuel(price_cny_per_mwh=550.0, emissions_t_per_mwh=0.40),
}


class ClosurePolicy(Section):
    """What plants do that are told to close because they use too much energy per unit; events of type closure say when."""

    retrofit_rate_per_month: float = number(
        0.03,
        unit="1/month",
        meaning="Probability in a month of notice that a plant above the standard is retrofitted.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    supported_retrofit_factor: float = number(
        2.0,
        unit="1",
        meaning="Multiplies it where a lever that saves unit consumption reaches the plant.",
        source=ASSUMPTION,
        low=0,
        high=100,
    )
    retrofit_saving_share: float = number(
        0.15,
        unit="1",
        meaning="Share of unit consumption, and of energy, that a retrofit saves.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    unpaid_months: float = number(
        1.0,
        unit="months",
        meaning="Months of bills that a closed plant leaves unpaid, where the mechanism of credit is off.",
        source=ASSUMPTION,
        low=0,
        high=60,
    )
    loss_given_default: float = number(
        0.7,
        unit="1",
        meaning="Share of these bills that is lost.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )


class Demand(Section):
    """How demand answers to prices, services and policy."""

    enabled: bool = setting(False, meaning="Whether the mechanism acts; off is the market without it.")
    growth_per_year: float = number(
        0.04, unit="1/year", meaning="Yearly growth of each customer's demand.", source=ASSUMPTION, low=-0.5, high=1
    )
    season: Annotated[tuple[float, ...], Field(strict=False, min_length=MONTHS, max_length=MONTHS)] = setting(
        (1.0,) * MONTHS, meaning="Factor of each calendar month from January; the mean of the twelve must be 1."
    )
    noise_sd: float = number(
        0.03,
        unit="1",
        meaning="Standard deviation of the logarithm of a customer's month, besides everything else.",
        source=ASSUMPTION,
        low=0,
        high=2,
    )
    rebound_share: float = number(
        0.1,
        unit="1",
        meaning="Share of a saving that is used up again because the service became cheaper.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    uptake_speed: float = number(
        0.1,
        unit="1/month",
        meaning="Share of the way to a lever's saving that a covered customer goes in a month.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    saving_decay_per_year: float = number(
        0.15,
        unit="1/year",
        meaning="Share of a saving that is lost in a year once no lever supports it any more.",
        source="10-20 % a year after home-energy reports end (Allcott & Rogers 2014)",
        low=0,
        high=1,
    )
    substitution_speed: float = number(
        0.03,
        unit="1/month",
        meaning="Share of the way to the new balance of electricity and fuel that equipment goes in a month.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    substitution_slope: float = number(
        5.0,
        unit="logits per 100 % of the bill",
        meaning="How strongly the balance follows the difference of cost.",
        source=ASSUMPTION,
        low=0,
        high=1000,
    )
    fuels: dict[str, Fuel] = setting(FUELS, meaning="Other fuels by name.", min_length=1)
    electricity_emissions_t_per_mwh: float = number(
        0.5366,
        unit="t CO2/MWh",
        meaning="Emissions of electricity.",
        source="average of the Chinese grid in 2022, Ministry of Ecology and Environment 2024",
        low=0,
        high=10,
    )
    closing: ClosurePolicy = part(ClosurePolicy, meaning="What plants do that are told to close.")

    @model_validator(mode="after")
    def _season_mean(self) -> Self:
        if min(self.season) <= 0 or abs(sum(self.season) / MONTHS - 1) > 1e-6:
            raise ValueError(
                f"the twelve season factors must be positive with mean 1; their mean is {sum(self.season) / MONTHS:.6g}"
            )
        return self


class SegmentDemand(Section):
    """How a segment answers."""

    elasticity: float = number(
        -0.10,
        unit="1",
        meaning="Relative change of demand per relative change of the mean bill of about a year.",
        source="short-run estimates: -.10 commercial and industrial, -.15 residential (Labandeira et al. 2017; Zhu et al. 2018)",
        low=-3,
        high=0,
    )
    substitutable_share: float = number(
        0.1,
        unit="1",
        meaning="Share of the work of electricity that another fuel can do.",
        source=ASSUMPTION,
        low=0,
        high=0.95,
    )
    alternative_share: float = number(
        0.5,
        unit="1",
        meaning="Share of the substitutable work that the other fuel does at the start.",
        source=ASSUMPTION,
        low=0.001,
        high=0.999,
    )
    fuel: str = setting("gas", meaning="Which of demand.fuels it is.")
    electricity_appeal_logits: float | None = number(
        None,
        unit="logits",
        meaning="Appeal of electricity at equal cost; left out, that which balances the first shares at the first prices.",
        source=ASSUMPTION,
        low=-20,
        high=20,
    )
    unit_intensity: float = number(
        1.0,
        unit="multiples of the sector's norm",
        meaning="Mean energy use per unit of product.",
        source=ASSUMPTION,
        low=0.01,
        high=100,
    )
    unit_intensity_sigma: float = number(
        0.15,
        unit="1",
        meaning="Standard deviation of its logarithm over customers (log-normal).",
        source=ASSUMPTION,
        low=0,
        high=3,
    )
