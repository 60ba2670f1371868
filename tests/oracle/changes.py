"""Events that change the study: levers taken up or dropped, segments that open, new rules (M3)."""

from __future__ import annotations

from tests.oracle.keys import keyed
from tests.oracle.part import Part

from marketsim.market.draws import purpose_key, uniform
from marketsim.scenario.events import LeverChange, Opening, Regulation
from marketsim.scenario.in_force import in_force

LASTING = (LeverChange, Opening, Regulation)


class Changes(Part):
    """Puts the study in force that the events so far make of the base or of the policy."""

    policy_began = False

    def environment(self) -> None:
        """Let what begins or ends this month happen."""
        month = self.market.month
        lasting = [event for event in self.market.base.events if isinstance(event, LASTING)]
        if any(month in (event.month, self.end_of(event)) for event in lasting):
            self.put_into_force()
        for event in lasting:
            if isinstance(event, Opening) and event.month == month and self.market.talk_part:
                self.introduce_retailers(event)

    def end_of(self, event: LeverChange | Opening | Regulation) -> int:
        """Return the first month in which an event does not act any more; -1 for never."""
        length = getattr(event, "duration_months", None)
        return -1 if length is None else event.month + length

    def begin_policy(self) -> None:
        """Let the events so far act on the policy as well."""
        self.policy_began = True
        self.put_into_force()

    def put_into_force(self) -> None:
        """Take over the study of the month; levers go on from where they are."""
        market = self.market
        market.study = in_force(market.policy_study if self.policy_began else market.base, market.month)
        for customer in market.customers:
            customer.traits = market.study.segments[customer.segment]
        for retailer in market.retailers:
            retailer.take_levers()

    def introduce_retailers(self, event: Opening) -> None:
        """Let customers of a segment that opens know some retailers from the start."""
        key = purpose_key(self.market.world, "awareness at the opening")
        for customer in self.market.customers:
            was_closed = not self.market.base.segments[customer.segment].contestable
            if was_closed and (event.segments is None or customer.segment in event.segments):
                customer.known_names |= {
                    retailer
                    for retailer in self.market.retailers
                    if uniform(keyed(key, keyed(customer.key, retailer.key))) < event.awareness
                }
