"""The agents of the market: retailers, which decide, and customer types, whose customers are rows of one population."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

from marketsim.market import billing, tiers
from marketsim.market.choice import ChoiceTally, choose_month
from marketsim.market.choice import empty_tally as empty_choice_tally
from marketsim.market.exact import as_float
from marketsim.market.experience import ExperienceTally, experience_month
from marketsim.market.experience import empty_tally as empty_experience_tally
from marketsim.market.levers import monthly_cost
from marketsim.market.tickets import ticket_load
from marketsim.scenario.service import DESKS, TIERS

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
MONTHS_PER_YEAR = 12.0
START_MONTHS_OF_FIXED_COST = 3.0


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
        self.staff = np.zeros((len(DESKS), len(model.frame.regions)))
        self.cash = 0.0
        self.receivables = 0.0
        self._unpaid: deque[float] = deque()
        self.accounts: dict[str, float] = {}

    def review_tiers(self) -> None:
        """Put the own customers into tiers and publish the cut-offs, if it is time to (E3)."""
        model = self.model
        settings = model.study.retailers[self.name]
        if model.month % settings.tier_review_months != 0 and model.month != model.policy_month:
            return
        rules = tiers.tier_rules(model.study, self.name)
        rows = np.flatnonzero(model.population["retailer"] == self.index)
        margins = model.expected_margins(self.index)
        scores = tiers.value_scores(model.population, rows, margins, model.default_rates)
        cut_offs = tiers.review(model.population, model.tiers, self.index, rules, scores, rows, max(model.month, 0))
        tiers.publish(model.tiers, self.index, rules, cut_offs, margins, model.default_rates)

    def settle(self) -> None:
        """Book the month: revenue, costs, profit, payments and cash (E22)."""
        model, j = self.model, self.index
        costs = model.study.retailers[self.name].costs
        sums = model.bill_sums[j, :, billing.ALL_TIERS].sum(axis=0)
        covered = as_float(model.bill_regions[j])
        network = model.behaviour.network_cny_per_mwh * sums[billing.ENERGY]
        won_mwh, won_cost, bonuses = model.choices.joined[j]
        book = {
            "customers": sums[billing.CUSTOMERS],
            "energy_mwh": sums[billing.ENERGY],
            "hedged_mwh": sums[billing.HEDGED],
            "spot_mwh": sums[billing.ENERGY] - sums[billing.HEDGED],
            "revenue_cny": sums[billing.REVENUE],
            "network_cny": network,
            "exit_fees_cny": model.choices.exit_fees[j],
            "procurement_cny": sums[billing.PROCUREMENT],
            "lever_cny": monthly_cost(model.levers, j, covered[..., 0], covered[..., 1]),
            "staff_cny": self.staff.sum() * costs.wage_cny_per_month,
            "overhead_cny": costs.overhead_cny_per_month + costs.bill_cny * sums[billing.CUSTOMERS],
            "acquisition_cny": costs.broker_fee_cny_per_mwh * won_mwh + won_cost + bonuses,
            "penalty_cny": model.experiences.regulator[j] * model.behaviour.complaints["regulator_penalty_cny"],
        }
        if model.month == 0:
            self._open_books(book)
        book["interest_cny"] = self.receivables * costs.interest_rate / MONTHS_PER_YEAR
        self.accounts = {name: float(value) for name, value in book.items()}
        self._close_month()

    def _open_books(self, book: dict[str, float]) -> None:
        """Start as a going concern: earlier months' bills are unpaid, and cash covers the bond and some fixed cost."""
        costs = self.model.study.retailers[self.name].costs
        bill = float(book["revenue_cny"] + book["network_cny"])
        self._unpaid = deque([bill] * costs.payment_lag_months)
        self.receivables = bill * costs.payment_lag_months
        fixed = book["staff_cny"] + book["overhead_cny"]
        bond = costs.bond_cny_per_annual_mwh * book["energy_mwh"] * MONTHS_PER_YEAR
        self.cash = float(bond + START_MONTHS_OF_FIXED_COST * fixed)

    def _close_month(self) -> None:
        """Take in what is due, and carry profit and unpaid bills to cash."""
        book = self.accounts
        spent = ("procurement", "lever", "staff", "overhead", "acquisition", "penalty", "interest")
        book["profit_cny"] = book["revenue_cny"] + book["exit_fees_cny"] - sum(book[f"{name}_cny"] for name in spent)
        billed = book["revenue_cny"] + book["network_cny"]
        self._unpaid.append(billed)
        book["payments_cny"] = self._unpaid.popleft()
        change = billed - book["payments_cny"]
        self.receivables += change
        self.cash += book["profit_cny"] - change
        book["receivables_cny"] = self.receivables
        book["cash_cny"] = self.cash
        book["staff"] = float(self.staff.sum())
