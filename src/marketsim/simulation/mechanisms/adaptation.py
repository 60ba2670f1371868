"""Retailers that act: they review prices, levers and staff, copy each other, enter and leave (M14)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from marketsim.market.bulk_draws import uniforms
from marketsim.market.draws import purpose_key
from marketsim.scenario.events import Entrant, Exit
from marketsim.scenario.service import DESKS
from marketsim.scenario.strategy import PricingRule, Strategy, acts, mentions_strategy
from marketsim.scenario.strategy_checks import waits
from marketsim.simulation.mechanisms.base import Columns, Mechanism
from marketsim.simulation.strategies import investing, observe, pricing
from marketsim.simulation.strategies.decision import Decision, combined
from marketsim.simulation.strategies.library import LIBRARY
from marketsim.simulation.strategies.memory import Memory, Order, PlannedLever, month_of, note_month, review_offset
from marketsim.simulation.strategies.observe import Observation
from marketsim.simulation.strategies.quotes import last_quotes
from marketsim.simulation.strategies.staffing import staff_factor
from marketsim.simulation.strategies.user_code import UserStrategy
from marketsim.simulation.strategies.view import RetailerView

if TYPE_CHECKING:
    from marketsim.scenario.loaded import Scenario
    from marketsim.scenario.study import Study
    from marketsim.simulation.agents import Retailer
    from marketsim.simulation.model import RetailMarket


class Adaptation(Mechanism):
    """Lets retailers decide at their reviews, on what they saw of the months before, all at the same time."""
