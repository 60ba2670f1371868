"""The agents of the market: retailers, which decide, and customer types, whose customers are rows of one population."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

from marketsim.market import billing, tiers
from marketsim.market.choice import ChoiceTally, choose_month
from marketsim.market.choice import empty_tally as empty_choice_tally
from marketsim.market.experience import ExperienceTally, experience_month
from marketsim.market.experience import empty_tally as empty_experience_tally
from marketsim.market.records import Records
from marketsim.market.tickets import ticket_load
from marketsim.scenario.service import DESKS, TIERS
from marketsim.simulation.books import Books
from marketsim.simulation.mechanisms.information import CustomerInformation

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]


class CustomerSegment(mesa.Agent):  # type: ignore[misc]
    """One customer type: the rows of the population that hold its customers."""

    model: RetailMarket

    def __init__(self, model: RetailMarket, name: str, rows: range) -> None:
        """Take the rows of the population that belong to the type."""
        super().__init__(model)
        self.name = name
        self.rows = rows

    def raise_tickets(self) -> NDArray[np.int64]:
        """Return the load of the type's tickets by retailer, desk, region, segment and tier, in exact units."""
        model, frame = self.model, self.model.frame
        shape = (len(frame.retailers) + 1, len(DESKS), len(frame.regions), len(frame.segments), len(TIERS))

        def work(low: int, high: int) -> NDArray[np.int64]:
            load = np.zeros(shape, dtype=np.int64)
            ticket_load(model.population, low, high, model.behaviour.segments, model.ticket_rates, model.levers, load)
            return load

        return sum(model.chunks.over(self.rows, work), np.zeros(shape, dtype=np.int64))

    def pay_bills(self) -> list[tuple[FloatArray, NDArray[np.int64]]]:
        """Bill the type's customers; return sums by tier and by region for each chunk."""
        model, frame = self.model, self.model.frame
        retailers, segments = len(frame.retailers) + 1, len(frame.segments)

        def work(low: int, high: int) -> tuple[FloatArray, NDArray[np.int64]]:
            sums = np.zeros((retailers, segments, len(TIERS) + 1, billing.MEASURES))
            by_region = np.zeros((retailers, segments, len(frame.regions), len(TIERS), 2), dtype=np.int64)
            billing.bill_month(
                model.population,
                low,
                high,
                model.month == 0,
                model.behaviour.segments,
                model.plans,
                model.behaviour.network_cny_per_mwh,
                model.spot,
                model.default_price,
                frame.default_supplier,
                model.rebate,
                sums,
                by_region,
            )
            return sums, by_region

        return model.chunks.over(self.rows, work)

    def live_through_month(self) -> list[ExperienceTally]:
        """Let the type's customers experience the month; return a tally for each chunk."""
        model, frame, keys = self.model, self.model.frame, self.model.experience_keys()

        def work(low: int, high: int) -> ExperienceTally:
            tally = empty_experience_tally(len(frame.retailers), len(frame.segments), len(TIERS))
            experience_month(
                model.population,
                low,
                high,
                model.month == 0,
                model.behaviour,
                model.service,
                model.ticket_rates,
                model.levers,
                model.prices.offers,
                model.prices.for_segment,
                model.plans,
                model.spot,
                model.promise,
                model.advertising_pull,
                keys,
                tally,
            )
            return tally

        return model.chunks.over(self.rows, work)

    def choose_offers(self) -> list[ChoiceTally]:
        """Let the type's customers search, choose and renew; return a tally for each chunk."""
        model, frame, keys = self.model, self.model.frame, self.model.choice_keys()

        def work(low: int, high: int) -> ChoiceTally:
            tally = empty_choice_tally(len(frame.retailers), len(frame.segments), len(TIERS))
            choose_month(
                model.population,
                low,
                high,
                model.month,
                model.prices,
                model.behaviour,
                model.standing,
                model.levers,
                keys,
                tally,
            )
            return tally

        return model.chunks.over(self.rows, work)


class Retailer(mesa.Agent):  # type: ignore[misc]
    """One competing retailer: its staff, its books and its decisions."""

    model: RetailMarket

    def __init__(self, model: RetailMarket, name: str, index: int) -> None:
        """Take the place `index` in all arrays of the market; staff is found and books are opened later."""
        super().__init__(model)
        self.name = name
        self.index = index
        self.active = True
        self.staff = np.zeros((len(DESKS), len(model.frame.regions)))
        self.books = Books(self)
        self.charges: dict[str, float] = {}
        self.capex_cny = 0.0
        self.deposits_cny = 0.0

    def review_tiers(self) -> None:
        """Put the own customers into tiers and publish the cut-offs, if it is time to (E3)."""
        model = self.model
        settings = model.study.retailers[self.name]
        if model.month % settings.tier_review_months != 0 and model.month != model.policy_month:
            return
        population, rules = model.population, tiers.tier_rules(model.study, self.name)
        rows = np.flatnonzero((population["retailer"] == self.index) & (population["alive"] > 0))
        margins = tiers.usable_margins(model.expected_margins(self.index), float(model.forward[12]))

        def sort_by(known: Records) -> tiers.Review:
            scores = tiers.value_scores(population, known, rows, margins, model.default_rates)
            return tiers.review(population, known, model.tiers, self.index, rules, scores, rows, model.month)

        information = model.mechanism(CustomerInformation)
        found = sort_by(population if information is None else information.recorded())
        if information is not None:
            information.note_review(self.index, rows, found.tier, sort_by(population).tier)
        population["tier"][rows] = found.tier
        tiers.publish(model.tiers, self.index, rules, found.least_scores, margins, model.default_rates)

    def settle(self) -> None:
        """Book the month: revenue, costs, profit, payments and cash (E22)."""
        self.books.settle()

    @property
    def cash(self) -> float:
        """Cash at the end of the last month, CNY."""
        return self.books.cash

    @cash.setter
    def cash(self, amount: float) -> None:
        self.books.cash = amount

    @property
    def receivables(self) -> float:
        """Unpaid bills at the end of the last month, CNY."""
        return self.books.receivables

    @property
    def accounts(self) -> dict[str, float]:
        """Columns of `retailer_month` for the last month."""
        return self.books.accounts
