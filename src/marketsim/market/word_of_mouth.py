"""Awareness and beliefs: the equations of talk, for many customers at once (M10).

What reaches a customer in a month counts together, in no order: chances that a name sticks multiply, and a belief moves to
the weighted mean of all news. Nothing is forgotten: who knows a retailer knows it for good.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IndexArray = NDArray[np.int32]
Awareness = NDArray[np.uint8]


class Talkers(NamedTuple):
    """Who talks more often than others, and how much more: thresholds of satisfaction, and factors."""

    promoter_threshold: float
    detractor_threshold: float
    talk_factor: float
    complaint_factor: float


def talkativeness(
    satisfaction: FloatArray, complaining: BoolArray, further_contacts: FloatArray, degree: int, talkers: Talkers
) -> FloatArray:
    """Return how much more often than usual each customer talks.

    Args:
        satisfaction: of each customer.
        complaining: whether it has a complaint open.
        further_contacts: contacts that a community adds: one talks more in proportion.
        degree: contacts of a customer.
        talkers: who talks more often.
    """
    strong = (satisfaction > talkers.promoter_threshold) | (satisfaction < talkers.detractor_threshold)
    factor = np.where(strong, talkers.talk_factor, 1.0) * np.where(complaining, talkers.complaint_factor, 1.0)
    result: FloatArray = factor * (1.0 + further_contacts / degree)
    return result


def talk_probability(rate: float, eagerness: FloatArray, talkative: FloatArray, contacts: IndexArray) -> FloatArray:
    """Return the probability that a listener hears from each of its contacts in a month. Shape (listeners, contacts).

    Args:
        rate: that of a usual speaker and listener.
        eagerness: how much more often than usual each listener asks.
        talkative: how much more often than usual each customer talks.
        contacts: rows of those whom each listener listens to, -1 for nobody.
    """
    chance = np.minimum(1.0, rate * eagerness[:, None] * talkative[contacts])
    return np.where(contacts >= 0, chance, 0.0)


def aware_speakers(contacts: IndexArray, talks: BoolArray, awareness: Awareness) -> NDArray[np.int_]:
    """Return how many of a listener's contacts talk this month and know each retailer.

    Args:
        contacts: rows of those whom each listener listens to. Shape (listeners, contacts).
        talks: whether they talk to it this month. Same shape.
        awareness: which retailers each customer knows. Shape (customers, retailers + 1).
    """
    counts = np.zeros((len(contacts), awareness.shape[1]), dtype=np.int_)
    for slot in range(contacts.shape[1]):
        heard = talks[:, slot]
        counts[heard] += awareness[contacts[heard, slot]]
    return counts


def learning_probability(external: FloatArray | float, internal: float, aware: NDArray[np.int_] | int) -> FloatArray:
    """Return the probability that a customer who does not know a retailer knows it next month (after Bass 1969).

    Args:
        external: probability of learning its name from outside in a month.
        internal: probability that the name sticks when one contact who knows it talks.
        aware: contacts who know it and talk this month.
    """
    result: FloatArray = 1.0 - (1.0 - np.asarray(external)) * np.power(1.0 - internal, aware)
    return result


class News:
    """What reaches customers in a month about each retailer, from whomever.

    One piece of news of speed w moves a belief by w of the distance. Of several, each leaves 1 - w of the distance to go
    toward their mean weighted by speed: the order does not matter, and no belief leaves the range of what was believed
    and heard.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        """Begin a month without news. Shape (customers, retailers + 1)."""
        self.left = np.ones(shape)
        self.weight = np.zeros(shape)
        self.told = np.zeros(shape)

    def add(
        self, rows: NDArray[np.intp], retailers: IndexArray | np.int32, speed: FloatArray, quality: FloatArray
    ) -> None:
        """Add one piece of news for each of the rows, none of them given twice."""
        self.left[rows, retailers] *= 1.0 - speed
        self.weight[rows, retailers] += speed
        self.told[rows, retailers] += speed * quality

    def believed(self, beliefs: FloatArray, known: BoolArray) -> FloatArray:
        """Return what is believed after the news; who does not know a retailer keeps no word of it."""
        mean = np.divide(self.told, self.weight, out=beliefs.copy(), where=known & (self.weight > 0.0))
        return np.clip(beliefs + (1.0 - self.left) * (mean - beliefs), 0.0, 1.0)


def hearsay_speed(satisfaction: FloatArray, speed: float, bad_news_weight: float, prior: float) -> FloatArray:
    """Return how far one talk moves a belief, by what the speaker tells: its satisfaction, bad news below the prior."""
    result: FloatArray = np.minimum(1.0, speed * np.where(satisfaction < prior, bad_news_weight, 1.0))
    return result


def tell(
    news: News,
    contacts: IndexArray,
    talks: BoolArray,
    retailer: IndexArray,
    satisfaction: FloatArray,
    speed: FloatArray,
) -> None:
    """Let every contact who talks tell its satisfaction with its own retailer.

    Args:
        news: what reaches the listeners; added to in place.
        contacts: rows of those whom each listener listens to. Shape (listeners, contacts).
        talks: whether they talk to it this month. Same shape.
        retailer: supplier of each customer.
        satisfaction: of each customer.
        speed: how far its talk moves a belief.
    """
    for slot in range(contacts.shape[1]):
        listeners = np.flatnonzero(talks[:, slot])
        speakers = contacts[listeners, slot]
        news.add(listeners, retailer[speakers], speed[speakers], satisfaction[speakers])


def spilled_over(before: FloatArray, after: FloatArray, kinds: NDArray[np.int_], share: float) -> FloatArray:
    """Return beliefs after others of its kind lost a share of what one retailer lost.

    Args:
        before: beliefs before the month's news. Shape (customers, retailers + 1).
        after: beliefs after it.
        kinds: kind of owner of each supplier.
        share: share that carries over.
    """
    if share <= 0.0:
        return after
    lost = np.minimum(0.0, after - before)
    result = after.copy()
    for kind in np.unique(kinds):
        members = np.flatnonzero(kinds == kind)
        own = lost[:, members]
        result[:, members] += share * (own.sum(axis=1, keepdims=True) - own)
    return np.clip(result, 0.0, 1.0)
