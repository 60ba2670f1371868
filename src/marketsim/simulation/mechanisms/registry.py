"""The mechanisms that can be switched off, in the order in which they act within a moment of the month."""

from __future__ import annotations

from marketsim.simulation.mechanisms.adaptation import Adaptation
from marketsim.simulation.mechanisms.advertising import Advertising
from marketsim.simulation.mechanisms.base import Mechanism
from marketsim.simulation.mechanisms.credit import CreditRisk
from marketsim.simulation.mechanisms.demand import Demand
from marketsim.simulation.mechanisms.events import Events
from marketsim.simulation.mechanisms.information import CustomerInformation
from marketsim.simulation.mechanisms.portraits import TrueTags
from marketsim.simulation.mechanisms.pricing import PersonalPrices
from marketsim.simulation.mechanisms.regulation import Regulator
from marketsim.simulation.mechanisms.reliability import Reliability
from marketsim.simulation.mechanisms.settlement import Deviations
from marketsim.simulation.mechanisms.word_of_mouth import Talk

MECHANISMS: tuple[type[Mechanism], ...] = (
    Events,
    CustomerInformation,
    TrueTags,
    Demand,
    Reliability,
    PersonalPrices,
    Regulator,
    Adaptation,
    Advertising,
    Talk,
    CreditRisk,
    Deviations,
)
