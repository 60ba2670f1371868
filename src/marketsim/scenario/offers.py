"""Offers: the tariffs that a retailer puts on sale."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from marketsim.scenario.fields import ASSUMPTION, Section, number, setting

OFFER_KINDS = ("fixed", "linked", "share", "time_of_use", "block")


class Terms(Section):
    """What every offer states besides its energy price."""

    segments: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = setting(
        None, meaning="Segments to which the offer is made; all when left out."
    )
    term_months: int = number(
        12,
        unit="months",
        meaning="Length of the contract; 1 is a rolling contract.",
        source="annual contracts prevail in the provinces; residential rolling in Europe and Texas",
        low=1,
        high=120,
    )
    fixed_fee_cny_per_month: float = number(
        0.0,
        unit="CNY/month",
        meaning="Fee per customer and month whatever the energy.",
        source=ASSUMPTION,
        low=0,
        high=1e7,
    )
    signup_bonus_cny: float = number(
        0.0,
        unit="CNY",
        meaning="Paid to a customer who comes from another supplier.",
        source=ASSUMPTION,
        low=0,
        high=1e9,
    )
    exit_fee_cny: float = number(
        0.0,
        unit="CNY",
        meaning="Paid by a customer who leaves before the end of the term.",
        source=ASSUMPTION,
        low=0,
        high=1e9,
    )
    exit_fee_cny_per_mwh: float = number(
        0.0,
        unit="CNY/MWh",
        meaning="Further exit fee on the energy left in the term.",
        source=ASSUMPTION,
        low=0,
        high=1e5,
    )
    green_share: float = number(
        0.0,
        unit="1",
        meaning="Share of the offer's energy for which the retailer buys green certificates.",
        source="the user; none by default",
        low=0,
        high=1,
    )
    certificate_cny_per_mwh: float = number(
        20.0,
        unit="CNY/MWh",
        meaning="What the certificate of a green MWh costs the retailer; part of its cost of energy.",
        source=ASSUMPTION,
        low=0,
        high=1e4,
        plausible=(5, 50),
    )


class FixedOffer(Terms):
    """One price for the whole term."""

    kind: Literal["fixed"] = "fixed"
    price_cny_per_mwh: float = number(
        unit="CNY/MWh", meaning="Energy price, without network charges.", source="the preset", low=0, high=1e5
    )
    pass_through: float = number(
        1.0,
        unit="1",
        meaning="How far the price on sale follows the forward price around its long-run mean; a signed contract keeps its price.",
        source="ASSUMPTION; retailers quote over the forward curve",
        low=0,
        high=2,
    )


class LinkedOffer(Terms):
    """The wholesale price of the month plus a fee."""

    kind: Literal["linked"] = "linked"
    fee_cny_per_mwh: float = number(
        unit="CNY/MWh",
        meaning="The retailer's fee on top of the spot price.",
        source="the preset",
        low=-1e4,
        high=1e5,
    )


class ShareOffer(Terms):
    """A benchmark price less the customer's share of what the market stands below it."""

    kind: Literal["share"] = "share"
    benchmark_cny_per_mwh: float = number(
        unit="CNY/MWh", meaning="Benchmark price stated in the offer.", source="the preset", low=0, high=1e5
    )
    pass_through: float = number(
        1.0,
        unit="1",
        meaning="How far the price on sale follows the forward price around its long-run mean; a signed contract keeps its price.",
        source="ASSUMPTION; retailers quote over the forward curve",
        low=0,
        high=2,
    )
    customer_share: float = number(
        0.7,
        unit="1",
        meaning="Share of the saving (and of the excess) that goes to the customer (phi).",
        source=ASSUMPTION,
        low=0,
        high=1,
    )


class TimeOfUseOffer(Terms):
    """Prices for peak, flat and valley hours."""

    kind: Literal["time_of_use"] = "time_of_use"
    price_cny_per_mwh: float = number(
        unit="CNY/MWh", meaning="Price in flat hours.", source="the preset", low=0, high=1e5
    )
    pass_through: float = number(
        1.0,
        unit="1",
        meaning="How far the price on sale follows the forward price around its long-run mean; a signed contract keeps its price.",
        source="ASSUMPTION; retailers quote over the forward curve",
        low=0,
        high=2,
    )
    peak_ratio: float = number(
        1.7,
        unit="1",
        meaning="Peak price over flat price.",
        source="Guangdong time-of-use rules",
        low=0,
        high=20,
    )
    valley_ratio: float = number(
        0.38,
        unit="1",
        meaning="Valley price over flat price.",
        source="Guangdong time-of-use rules",
        low=0,
        high=20,
    )


class Block(Section):
    """A further block of a block tariff."""

    above_mwh_per_month: float = number(
        unit="MWh/month",
        meaning="Energy above which this block's price applies.",
        source="the user",
        low=1e-9,
        high=1e7,
    )
    price_cny_per_mwh: float = number(
        unit="CNY/MWh", meaning="Price of the energy inside this block.", source="the user", low=0, high=1e5
    )


class BlockOffer(Terms):
    """Marginal blocks: each block's price holds for the energy inside the block only."""

    kind: Literal["block"] = "block"
    price_cny_per_mwh: float = number(
        unit="CNY/MWh", meaning="Price of the first block.", source="the preset", low=0, high=1e5
    )
    pass_through: float = number(
        1.0,
        unit="1",
        meaning="How far the price on sale follows the forward price around its long-run mean; a signed contract keeps its price.",
        source="ASSUMPTION; retailers quote over the forward curve",
        low=0,
        high=2,
    )
    blocks: Annotated[tuple[Block, ...], Field(strict=False, min_length=1, max_length=6)] = setting(
        meaning="Further blocks in rising order of energy."
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        edges = [block.above_mwh_per_month for block in self.blocks]
        if any(later <= earlier for earlier, later in pairwise(edges)):
            raise ValueError(f"above_mwh_per_month must rise from block to block; it is {edges}")
        return self


Offer = Annotated[FixedOffer | LinkedOffer | ShareOffer | TimeOfUseOffer | BlockOffer, Field(discriminator="kind")]
