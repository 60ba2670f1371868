"""The answer to the study's question in three sentences, none of which claims more than its interval carries."""

from __future__ import annotations

import math
from dataclasses import dataclass

from marketsim.reporting.diagnosis import diagnosis
from marketsim.reporting.measures import (
    PROFIT,
    Measure,
    headline_measures,
    printer_for,
    served_tiers,
    tier_people,
    touched_desks,
    vip_tier,
)
from marketsim.reporting.numbers import chance, counted, joined
from marketsim.reporting.ranking import Ranking, rank
from marketsim.reporting.robustness import Robustness, robustness
from marketsim.reporting.view import Cell, StudyView, Verdict
from marketsim.reporting.cautions import cautions_of
from marketsim.results.tables import BASE, kpi

_UNCLEAR = " (cannot tell)"
_COMPOSITION = 0.1


class Claim:
    """What kind of answer the results allow."""

    NO_RESULTS = "no results"
    NO_POLICY = "no policy"
    ONE_WORLD = "one world"
    NOTHING_CHANGES = "nothing changes"
    PAYS = "pays"
    CANNOT_TELL = "cannot tell"
    DOES_NOT_PAY = "does not pay"


@dataclass(frozen=True)
class Answer:
    """The answer of a study for its focus retailer.

    Attributes:
        claim: the kind of answer, one of the words of `Claim`.
        best: the policy with the largest mean profit; None where there is none.
        headline: the answer in a few words.
        sentences: profit; whom it pleases and upsets; how far it rests on assumptions.
        diagnosis: sentences that say why.
        cautions: what the reader must know first: failed runs, an interrupted study, a single world.
        ranking: policies by profit; None without policies.
        robustness: the assumption checks of the best policy; None without policies.
    """

    claim: str
    best: str | None
    headline: str
    sentences: tuple[str, ...]
    diagnosis: tuple[str, ...]
    cautions: tuple[str, ...]
    ranking: Ranking | None
    robustness: Robustness | None


def answer(view: StudyView) -> Answer:
    """Return the answer that the results of a study allow."""
    ranking = rank(view)
    if ranking is None:
        return _without_policies(view)
    claim = _claim(view, ranking)
    checked = robustness(view, ranking.best)
    if claim == Claim.NOTHING_CHANGES:
        sentences: tuple[str, ...] = (_nothing_changes(view), checked.sentence)
    else:
        sentences = (profit_sentence(view, ranking, claim), people_sentence(view, ranking.best), checked.sentence)
    return Answer(
        claim,
        ranking.best,
        _headline(view, ranking, claim),
        sentences,
        diagnosis(view, ranking.best),
        cautions_of(view),
        ranking,
        checked,
    )


def _without_policies(view: StudyView) -> Answer:
    known = math.isfinite(view.cell(BASE, PROFIT).level.mean)
    claim = Claim.NO_POLICY if known else Claim.NO_RESULTS
    headline = f"The market as it is, seen by {view.focus}" if known else "No result"
    text = _levels(view) if known else "No run finished that could answer the question."
    why = diagnosis(view, BASE) if known else ()
    return Answer(claim, None, headline, (text,), why, cautions_of(view), None, None)


def _levels(view: StudyView) -> str:
    parts = []
    for measure in headline_measures(view):
        printer, cell = printer_for(view, measure), measure.cell(view, BASE)
        if math.isfinite(cell.level.mean):
            parts.append(f"{measure.title.lower()} {printer.level_interval(cell)} {printer.scale.unit}")
    return f"There is no policy to compare. {view.focus} in {view.period}: {'; '.join(parts)}."


def _claim(view: StudyView, ranking: Ranking) -> str:
    if ranking.cell.verdict == Verdict.NO_INTERVAL:
        return Claim.ONE_WORLD
    if _all_equal(view):
        return Claim.NOTHING_CHANGES
    if any(view.cell(policy, PROFIT).verdict == Verdict.UP for policy in view.policies):
        return Claim.PAYS
    known = {Verdict.DOWN, Verdict.NO_CHANGE}
    verdicts = {view.cell(policy, PROFIT).verdict for policy in view.policies} - {Verdict.MISSING}
    return Claim.DOES_NOT_PAY if verdicts <= known else Claim.CANNOT_TELL


def _all_equal(view: StudyView) -> bool:
    cells = [measure.cell(view, policy) for measure in headline_measures(view) for policy in view.policies]
    return {cell.verdict for cell in cells} <= {Verdict.NO_CHANGE, Verdict.MISSING}


def _nothing_changes(view: StudyView) -> str:
    who = view.policies[0] if len(view.policies) == 1 else f"none of the {len(view.policies)} policies"
    verb = "changes nothing" if len(view.policies) == 1 else "changes anything"
    worlds = counted(view.replications, "world")
    return f"{who[0].upper()}{who[1:]} {verb}: profit, shares, satisfaction and waits are those of the base in all {worlds}."


def _headline(view: StudyView, ranking: Ranking, claim: str) -> str:
    best = ranking.best
    profit = printer_for(view, Measure(kpi(PROFIT))).difference_with_unit(ranking.cell)
    several = len(view.policies) > 1
    return {
        Claim.NOTHING_CHANGES: "Nothing changes",
        Claim.ONE_WORLD: "One world only: no certainty",
        Claim.CANNOT_TELL: f"Whether {'any policy' if several else best} pays cannot be told",
        Claim.DOES_NOT_PAY: f"{'No policy' if several else best} {'pays' if several else 'does not pay'}",
        Claim.PAYS: f"{best} earns most: profit {profit}" if several else f"{best} pays: profit {profit}",
    }[claim]


# The sentence on profit


def profit_sentence(view: StudyView, ranking: Ranking, claim: str) -> str:
    """Return the sentence on profit: which policy earns most, by how much, and how sure that is."""
    profit = printer_for(view, Measure(kpi(PROFIT)))
    effect = profit.difference_with_unit(ranking.cell)
    if claim == Claim.ONE_WORLD:
        return (
            f"In the one world that was run, {ranking.best} earns {effect} against base; "
            "a single world has no interval, so nothing can be said about how sure this is."
        )
    if claim == Claim.PAYS and ranking.cell.verdict == Verdict.UP:
        return _pays(view, ranking, effect)
    if claim == Claim.DOES_NOT_PAY:
        return _does_not_pay(view, ranking, effect)
    return _cannot_tell(view, ranking, effect)


def _pays(view: StudyView, ranking: Ranking, effect: str) -> str:
    worlds = f"{ranking.wins} of {counted(ranking.worlds, 'world')}"
    sure = f"chance that it pays {chance(ranking.cell.p_better)}"
    if len(view.policies) == 1:
        return f"{ranking.best} raises the profit of {view.focus} by {effect} against base ({sure}; it pays in {worlds})."
    text = (
        f"{ranking.best} earns most of the {len(view.policies)} policies: {effect} against base ({sure}), "
        f"and is the best of all in {worlds}"
    )
    if ranking.tied:
        return f"{text}; it cannot be told apart from {joined(ranking.tied)}."
    return f"{text}; it is ahead of every other policy beyond the interval."


def _does_not_pay(view: StudyView, ranking: Ranking, effect: str) -> str:
    if ranking.cell.verdict == Verdict.NO_CHANGE:
        return f"No policy earns more than the base: {ranking.best} changes profit by nothing, the others lower it."
    if len(view.policies) == 1:
        return f"{ranking.best} lowers the profit of {view.focus}: {effect} against base."
    return f"Every policy lowers the profit of {view.focus}; {ranking.best} comes closest to the base with {effect}."


def _cannot_tell(view: StudyView, ranking: Ranking, effect: str) -> str:
    gain = f"chance that it pays {chance(ranking.cell.p_better)}"
    if len(view.policies) == 1:
        return f"Whether {ranking.best} changes the profit of {view.focus} cannot be told: {effect} against base ({gain})."
    text = f"{ranking.best} has the largest mean profit, {effect} against base ({gain}), but it cannot be told from the base"
    clear = {
        word: [policy for policy in view.policies if view.cell(policy, PROFIT).verdict == word]
        for word in (Verdict.UP, Verdict.DOWN)
    }
    if clear[Verdict.UP]:
        text += f"; {joined(clear[Verdict.UP])} can, and earns more" if len(clear[Verdict.UP]) == 1 else f"; {joined(clear[Verdict.UP])} can, and earn more"  # fmt: skip
    if clear[Verdict.DOWN]:
        verb = "lowers" if len(clear[Verdict.DOWN]) == 1 else "lower"
        text += f"; {joined(clear[Verdict.DOWN])} {verb} profit"
    return f"{text}."


# The sentence on people and shares


def people_sentence(view: StudyView, policy: str) -> str:
    """Return the sentence on whom a policy pleases and upsets, and what it does to the shares."""
    groups = [text for tier in served_tiers(view) if (text := _group(view, policy, tier))]
    shares = [
        text for name in ("share_energy", "share_customers") if (text := _change(view, policy, Measure(kpi(name))))
    ]
    return f"Under {policy}, {'; '.join([*groups, joined(shares)])}.{_composition(view, policy)}"


def _group(view: StudyView, policy: str, tier: str) -> str:
    satisfaction = Measure(kpi("satisfaction"), tier)
    wait = Measure(kpi(f"busy_wait_{touched_desks(view)[0]}_minutes"), tier)
    cell, people = satisfaction.cell(view, policy), tier_people(tier)
    if not math.isfinite(cell.level.mean):
        return f"there are no {people}"
    if cell.verdict == Verdict.MISSING:
        printer = printer_for(view, satisfaction)
        return f"{people}, of whom the base has none, reach satisfaction {printer.level_interval(cell)} {printer.scale.unit}"
    facts = [text for measure in (satisfaction, wait) if (text := _change(view, policy, measure))]
    facts[0] = facts[0].removesuffix(_UNCLEAR)
    return f"{people} {_felt(cell)} ({', '.join(facts)})"


def _felt(cell: Cell) -> str:
    return {
        Verdict.UP: "are better off",
        Verdict.DOWN: "are worse off",
        Verdict.NO_CHANGE: "notice nothing",
        Verdict.CANNOT_TELL: "cannot be told to be better or worse off",
        Verdict.NO_INTERVAL: "cannot be judged from one world",
    }[cell.verdict]


def _change(view: StudyView, policy: str, measure: Measure) -> str:
    cell = measure.cell(view, policy)
    name = "busy-hour wait" if measure.kpi.name.startswith("busy_wait") else measure.kpi.title.lower()
    if cell.verdict == Verdict.MISSING:
        return ""
    if cell.verdict == Verdict.NO_CHANGE:
        return f"{name} unchanged"
    unclear = _UNCLEAR if cell.verdict == Verdict.CANNOT_TELL else ""
    return f"{name} {printer_for(view, measure).difference_with_unit(cell)}{unclear}"


def _composition(view: StudyView, policy: str) -> str:
    """Say so when the VIPs under the policy are not the people who are VIPs in the base."""
    tier = vip_tier(view)
    if tier is None:
        return ""
    before, after = (view.cell(name, "customer_pct", tier=tier).level.mean for name in (BASE, policy))
    if not (math.isfinite(before) and math.isfinite(after)) or abs(after - before) <= _COMPOSITION * before:
        return ""
    return (
        f" Mind that {tier_people(tier)} are {after:.1f} % of the customers under {policy} and {before:.1f} % in the base, "
        "so part of these differences is who is counted."
    )
