"""A customer as an agent of its own: who it is, its contract, its tickets and its bill."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import TYPE_CHECKING

import mesa
import numpy as np
from tests.oracle import choice, experience
from tests.oracle.keys import keyed
from tests.oracle.offers import Lever, PostedOffer
from tests.oracle.tiering import prospect_tier

from marketsim.market.billing import USUAL_BILL_SPEED
from marketsim.market.draws import exponential, gamma, normal, purpose_key
from marketsim.market.levers import deflection
from marketsim.market.population import LONGEST_INITIAL_TENURE, category, log_normal
from marketsim.market.tariffs import Shape, energy_price, unit_bill
from marketsim.scenario.customers import CREDIT_GRADES, DIMENSIONS

if TYPE_CHECKING:
    from tests.oracle.market import OracleMarket
    from tests.oracle.records import Known, Record
    from tests.oracle.retailers import DefaultSupplier, OracleRetailer

NAN = float("nan")


class CustomerAgent(mesa.Agent):
    """One simulated customer; it stands for `weight` real ones."""

    model: OracleMarket

    def __init__(self, model: OracleMarket, segment: str, key: np.uint64, weight: float) -> None:
        super().__init__(model)
        self.segment = segment
        self.traits = model.study.segments[segment]
        self.bands = np.array(model.band_shares[segment])
        self.key = key
        self.weight = weight
        self.draw_attributes(model.world)

        self.settle_in()
        self.begin_month()
        self.retailer: OracleRetailer | DefaultSupplier = model.default_supplier
        self.former: OracleRetailer | DefaultSupplier | None = None
        self.offer: str | None = None
        self.plan: Shape
        self.tier = "ordinary"
        self.price_level = self.discount = self.discount_gap = self.forward_price = NAN
        self.contract_end = 0
        self.reference_bill = NAN

        self.alive = True
        self.tags: set[str] = set()
        self.match = 1.0
        self.known: Known | None = None
        self.record: Record | None = None
        self.leak, self.leaker = 0.0, None
        self.habit, self.strategic = "on_time", False
        self.true_tier = "ordinary"
        self.billed_contract = self.billed_by = self.deposit_with = None
        self.collection_felt = self.deposit = 0.0
        self.pays_in_advance = False
        self.lost_mwh, self.outages = 0.0, 0

        self.quality = [NAN] * len(DIMENSIONS)
        self.expectation = [NAN] * len(DIMENSIONS)
        self.felt_service = self.satisfaction = self.loyalty = NAN
        self.price = self.bill = self.usual_bill = NAN
        self.complaint_age = 0
        self.complaint_chance = 0.0
        self.tickets = 0
        self.served = self.complained = self.searched = False
        self.service_received = NAN
        self.known_contract: tuple[int, int] | None = None

    def settle_in(self) -> None:
        """Use what it is expected to use, with the quality of supply of its region."""
        self.use = self.usual_use = self.contracted = self.energy
        self.reliability = self.model.study.market.regions[self.region].supply_quality

    def begin_month(self) -> None:
        """Forget what passes with a month."""
        self.use = self.energy
        self.quality_shift = [0.0] * len(DIMENSIONS)
        self.mood = self.urge = 0.0

    def shift_quality(self, dimension: int, change: float) -> None:
        """Add to a quality of this month; what is added is kept in single precision."""
        self.quality_shift[dimension] = float(np.float32(self.quality_shift[dimension] + change))

    def has_bills(self) -> bool:
        """Return whether there is a mean bill to compare with the first."""
        return not math.isnan(self.usual_bill) and self.first_usual_bill > 0.0

    def draw_attributes(self, world: np.uint64) -> None:
        """Draw what never changes (M1)."""
        traits, study = self.traits, self.model.study

        def key(purpose: str) -> np.uint64:
            return keyed(purpose_key(world, purpose), self.key)

        self.energy = log_normal(key("energy"), traits.energy_mwh_per_month, traits.energy_sigma)
        self.price_sensitivity = log_normal(
            key("price sensitivity"), traits.price_sensitivity, traits.price_sensitivity_sigma
        )
        regions = sorted(study.market.regions)
        shares = traits.region_mix or {name: study.market.regions[name].share for name in regions}
        self.region = regions[_one_of(key("region"), [shares.get(name, 0.0) for name in regions])]
        grades = [getattr(traits.credit_mix, grade) for grade in CREDIT_GRADES]
        self.credit = CREDIT_GRADES[_one_of(key("credit"), grades)]
        ages = [traits.age_mix.young, traits.age_mix.middle, traits.age_mix.old]
        self.age = _one_of(key("age"), ages)
        affinity = traits.digital_affinity + (1 - self.age) * traits.digital_affinity_age_gap
        affinity += traits.digital_affinity_sd * normal(key("digital affinity"))
        self.digital_affinity = min(1.0, max(0.0, affinity))
        tenure = traits.initial_tenure_months * exponential(key("tenure"))
        self.joined = -int(min(tenure, LONGEST_INITIAL_TENURE))
        self.draw_quality_weights(key("quality weights"))

    def draw_quality_weights(self, key: np.uint64) -> None:
        """Draw Dirichlet weights around the segment's mean."""
        means = [getattr(self.traits.quality_weights, dimension) for dimension in DIMENSIONS]
        shapes = [self.traits.weights_concentration * mean for mean in means]
        draws = [gamma(keyed(key, d), shape) if shape > 0 else 0.0 for d, shape in enumerate(shapes)]
        self.quality_weights = [draw / sum(draws) for draw in draws]

    @property
    def levers(self) -> list[Lever]:
        """The levers of its retailer that cover this customer; none where it has closed down."""
        return (
            []
            if not self.alive
            else [
                lever
                for lever in self.retailer.levers
                if lever.covers(self.segment, self.region, self.tier) and lever.tags <= self.tags
            ]
        )

    def strength(self, lever: Lever) -> float:
        """Return how strongly the customer takes up a lever (E4, E7)."""
        matched = 1.0 if lever.universal else self.match
        return lever.intensity * lever.affinity_of(self.digital_affinity) * matched

    def closed_gap(self, hook: str) -> float:
        """Return 1 - prod(1 - hook x strength) over the levers that reach the customer."""
        return 1.0 - math.prod(1.0 - getattr(lever.hooks, hook) * self.strength(lever) for lever in self.levers)

    def added(self, hook: str) -> float:
        """Return the sum of hook x strength over these levers."""
        return sum(getattr(lever.hooks, hook) * self.strength(lever) for lever in self.levers)

    def visits(self) -> float:
        """Return the visits a month that levers promise."""
        return sum(
            lever.hooks.field_tickets_per_customer_month * lever.intensity * lever.affinity_of(self.digital_affinity)
            for lever in self.levers
        )

    def kept_share(self) -> float:
        """Return the share of the customer's contact tickets that reaches the desk."""
        kept = 1.0
        for lever in self.levers:
            kept *= 1.0 - deflection.py_func(lever, self.digital_affinity)
        return kept

    def tier_at(self, retailer: OracleRetailer) -> str:
        """Return the tier that the customer has, or would find for itself by published cut-offs."""
        return self.tier if retailer is self.retailer else prospect_tier(retailer, self)

    def expected_bill(self, offer: PostedOffer) -> float:
        """Return the bill per MWh that is expected of an offer over twelve months."""
        discount = offer.retailer.discount(self.tier_at(offer.retailer)) + self.personal_discount(offer.retailer)
        discount += self.model.rebates.get(offer.retailer, 0.0)
        return self.bill_under(offer.plan, offer.price_level, discount, self.model.expected_spot)

    def personal_discount(self, retailer: OracleRetailer) -> float:
        """Return what a retailer takes off for this customer besides its tier."""
        return self.model.personal.discount(self, retailer) if self.model.personal else 0.0

    def bill_under(self, plan: Shape, price_level: float, discount: float, wholesale: float) -> float:
        """Return the whole bill per MWh of usual use under a plan: energy, network and fixed fee (E5, E6)."""
        price = energy_price.py_func(plan, price_level, discount, wholesale, self.usual_use, self.bands)
        return unit_bill(price, self.model.network, plan.fixed_fee, self.usual_use)

    def pay_bill(self) -> None:
        """Pay the month's bill."""
        market = self.model
        if self.retailer is market.default_supplier:
            self.price_level = market.default_price
        self.price = energy_price.py_func(self.plan, self.price_level, self.discount, market.spot, self.use, self.bands)
        self.price -= market.rebates.get(self.retailer, 0.0)
        self.bill = unit_bill(self.price, market.network, self.plan.fixed_fee, self.use)
        if market.month == 0:
            self.usual_bill = self.bill
        self.usual_bill += USUAL_BILL_SPEED * (self.bill - self.usual_bill)
        self.retailer.post_bill(self)

    def live_through_month(self) -> None:
        """Need service, feel quality, perhaps complain."""
        experience.live_through_month(self)

    def choose(self) -> None:
        """Search, compare, sign or renew."""
        choice.choose(self)


def _one_of(key: np.uint64, shares: list[float]) -> int:
    return category(key, np.array(list(accumulate(shares))))
