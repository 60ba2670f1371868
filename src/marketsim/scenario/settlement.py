"""Settlement with the wholesale market and the books over the years (M13)."""

from __future__ import annotations

from marketsim.scenario.fields import ASSUMPTION, Section, number, setting


class Settlement(Section):
    """Forecast errors and deviation penalties (E21)."""

    enabled: bool = setting(False, meaning="Whether the mechanism acts; off is the market without it.")
    forecast_sd: float = number(
        0.03,
        unit="1",
        meaning="Relative standard deviation of the forecast error of a very large and diverse book.",
        source=ASSUMPTION,
        low=0,
        high=2,
        plausible=(0.01, 0.06),
    )
    customer_forecast_sd: float = number(
        0.4,
        unit="1",
        meaning="Relative standard deviation of the forecast error of one customer; it averages out over a book.",
        source=ASSUMPTION,
        low=0,
        high=5,
        plausible=(0.2, 0.6),
    )
    deviation_band: float = number(
        0.03,
        unit="1",
        meaning="Deviation from the declared volume that is free of penalty, as a share of the energy.",
        source="2-3 % in provincial rules of China",
        low=0,
        high=1,
        plausible=(0.02, 0.05),
    )
    penalty_rate: float = number(
        0.05,
        unit="1",
        meaning="Penalty for each MWh beyond the band, as a share of the forward price of the month.",
        source="provincial rules of China",
        low=0,
        high=5,
        plausible=(0.03, 0.1),
    )
