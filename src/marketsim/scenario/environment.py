"""The market around customers and retailers: prices, regions, hours and contracts."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from marketsim.scenario.customers import check_sum
from marketsim.scenario.fields import ASSUMPTION, Section, number, part, setting
from marketsim.scenario.regulation import Rules


class GeneratedSpot(Section):
    """A mean-reverting monthly spot price whose mean is exactly the given mean."""

    kind: Literal["generated"] = "generated"
    mean_cny_per_mwh: float = number(
        463.0,
        unit="CNY/MWh",
        meaning="Long-run mean of the spot price.",
        source="Guangdong wholesale reference price",
        low=0.01,
        high=1e5,
    )
    persistence: float = number(
        0.85,
        unit="1",
        meaning="Month-to-month autocorrelation of the log deviation.",
        source=ASSUMPTION,
        low=0,
        high=0.999,
    )
    innovation_sd: float = number(
        0.05,
        unit="1",
        meaning="Standard deviation of a month's innovation of the log price.",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.02, 0.10),
    )
    season: Annotated[tuple[float, ...], Field(strict=False, min_length=12, max_length=12)] = setting(
        (1.0,) * 12, meaning="Factor of each calendar month from January; the mean of the twelve must be 1."
    )

    @model_validator(mode="after")
    def _season_mean(self) -> Self:
        if min(self.season) <= 0 or abs(sum(self.season) / 12 - 1) > 1e-6:
            raise ValueError(
                f"the twelve season factors must be positive with mean 1; their mean is {sum(self.season) / 12:.6g}"
            )
        return self


class SpotHistory(Section):
    """A spot price read from a CSV."""

    kind: Literal["history"] = "history"
    file: str = setting(meaning="CSV of the history; its path is relative to the scenario file.")
    time_column: str = setting("time", meaning="Column of times: YYYY-MM (monthly) or YYYY-MM-DD HH:MM (hourly).")
    price_column: str = setting("price", meaning="Column of prices.")
    resolution: Literal["hourly", "monthly"] = setting(
        meaning="Whether a row is an hour or a month; hours are averaged to months."
    )
    time_zone: str = setting(meaning="IANA time zone of the time column, for example Asia/Shanghai.")
    market_time_zone: str = setting("Asia/Shanghai", meaning="IANA time zone in which months begin.")
    unit: Literal["cny_per_mwh", "cny_per_kwh"] = setting(meaning="Unit of the prices.")


Spot = Annotated[GeneratedSpot | SpotHistory, Field(discriminator="kind")]


class Region(Section):
    """A supply region."""

    share: float = number(unit="1", meaning="Share of customers who live there.", source=ASSUMPTION, low=0, high=1)
    supply_quality: float = number(
        unit="1",
        meaning="Quality of supply reliability where outages are not modelled (`reliability.enabled: false`).",
        source="ASSUMPTION; of the order of 1, 2 and 5 hours of outage a year",
        low=0,
        high=1,
    )
    travel_minutes: float = number(
        unit="minutes", meaning="Mean drive of a field crew.", source=ASSUMPTION, low=0, high=1000
    )
    field_sla_minutes: float = number(
        unit="minutes",
        meaning="Promised time to arrival.",
        source="45 minutes in towns: service promises of Chinese supply companies; others ASSUMPTION",
        low=1,
        high=10000,
    )


DEFAULT_REGIONS = {
    "urban": Region(share=0.60, supply_quality=0.90, travel_minutes=20, field_sla_minutes=45),
    "suburban": Region(share=0.25, supply_quality=0.85, travel_minutes=40, field_sla_minutes=60),
    "rural": Region(share=0.15, supply_quality=0.78, travel_minutes=75, field_sla_minutes=90),
}


class LoadBlock(Section):
    """A part of the month with its own ticket load."""

    hours_share: float = number(
        unit="1", meaning="Share of the month's open hours.", source=ASSUMPTION, low=0.001, high=1
    )
    load_factor: float = number(
        unit="1", meaning="Ticket arrivals relative to the month's mean.", source=ASSUMPTION, low=0, high=20
    )


class TimeBands(Section):
    """Hours of the day by price band; all other hours are flat."""

    peak_hours: Annotated[tuple[int, ...], Field(strict=False)] = setting(
        (10, 11, 14, 15, 16, 17, 18),
        meaning="Peak hours, each by its first minute (10 = 10:00-11:00).",
        source="Guangdong time-of-use rules: 10-12 and 14-19",
    )
    valley_hours: Annotated[tuple[int, ...], Field(strict=False)] = setting(
        (0, 1, 2, 3, 4, 5, 6, 7), meaning="Valley hours.", source="Guangdong time-of-use rules: 0-8"
    )

    @model_validator(mode="after")
    def _hours(self) -> Self:
        hours = [*self.peak_hours, *self.valley_hours]
        if any(not 0 <= hour <= 23 for hour in hours) or len(set(hours)) != len(hours):
            raise ValueError("hours must lie in 0..23, each in one band only")
        return self


class DefaultSupplier(Section):
    """The supplier of last resort: nobody is ever unserved."""

    markup_share: float = number(
        0.10,
        unit="1",
        meaning="Its energy price over the month's forward price.",
        source="ASSUMPTION; agency purchase and supply of last resort are dearer than the market, up to 1.5 times",
        low=0,
        high=5,
    )
    initial_share: float = number(
        0.0,
        unit="1",
        meaning="Share of contestable customers it serves at the start.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    voluntary: bool = setting(
        False,
        meaning="Whether customers who search may choose it, as agency purchase by the grid company can be chosen.",
    )
    wait_multiple: float = number(
        1.0,
        unit="multiples of the service standard",
        meaning="Mean wait of its customers at every desk.",
        source=ASSUMPTION,
        low=0,
        high=100,
    )


class DefaultRates(Section):
    """Yearly probability of default by credit grade; lowers the value score of a customer."""

    A: float = number(0.005, unit="1/year", meaning="Grade A.", source=ASSUMPTION, low=0, high=1)
    B: float = number(0.01, unit="1/year", meaning="Grade B.", source=ASSUMPTION, low=0, high=1)
    C: float = number(0.03, unit="1/year", meaning="Grade C.", source=ASSUMPTION, low=0, high=1)
    D: float = number(0.08, unit="1/year", meaning="Grade D.", source=ASSUMPTION, low=0, high=1)


class Market(Section):
    """What all retailers face alike."""

    network_cny_per_mwh: float = number(
        200.0,
        unit="CNY/MWh",
        meaning="Network charges, levies and surcharges, passed through.",
        source=ASSUMPTION,
        low=0,
        high=1e5,
    )
    spot: Spot = setting(GeneratedSpot(), meaning="The spot price: generated or read from a history.")
    forward_premium: float = number(
        0.02,
        unit="1",
        meaning="Forward price over the expected spot price.",
        source=ASSUMPTION,
        low=-0.5,
        high=1,
    )
    contract_calendar: Literal["staggered", "calendar_year"] = setting(
        "staggered",
        meaning="Whether terms end all over the year or all in December.",
        source="annual trade in the provinces is by calendar year",
    )
    default_supplier: DefaultSupplier = part(DefaultSupplier, meaning="The supplier of last resort.")
    regions: dict[str, Region] = setting(
        DEFAULT_REGIONS, meaning="Supply regions; their shares sum to one.", min_length=1
    )
    load_blocks: Annotated[tuple[LoadBlock, ...], Field(strict=False, min_length=1, max_length=12)] = setting(
        (
            LoadBlock(hours_share=0.25, load_factor=1.25),
            LoadBlock(hours_share=0.50, load_factor=1.0),
            LoadBlock(hours_share=0.25, load_factor=0.75),
        ),
        meaning="Busy, normal and quiet parts of a month; shares sum to one and the mean load factor is 1.",
        source=ASSUMPTION,
    )
    default_rates: DefaultRates = part(DefaultRates, meaning="Yearly probability of default by credit grade.")
    rules: Rules = part(Rules, meaning="Rules of the regulator.")
    time_bands: TimeBands = part(TimeBands, meaning="Peak and valley hours.")

    @model_validator(mode="after")
    def _sums(self) -> Self:
        check_sum({name: region.share for name, region in self.regions.items()}, "the shares of the regions")
        check_sum(
            {str(i): block.hours_share for i, block in enumerate(self.load_blocks)},
            "the hours_share of the load blocks",
        )
        mean = sum(block.hours_share * block.load_factor for block in self.load_blocks)
        if abs(mean - 1) > 1e-6:
            raise ValueError(f"the mean load factor of the load blocks must be 1; it is {mean:.6g}")
        return self
