"""Whether the answer survives its assumptions: the profit effect at both ends of each uncertain input."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from marketsim.reporting.clauses import sentence_of
from marketsim.reporting.edition import is_chinese
from marketsim.reporting.estimates import Estimate, Verdict, verdict, without_rounding
from marketsim.reporting.language import message, say, segment_name, translated
from marketsim.reporting.measures import PROFIT
from marketsim.reporting.numbers import counted, joined
from marketsim.reporting.view import StudyView
from marketsim.results.tables import ALL

_GENERIC_PARTS = ("retailers", "segments", "behaviour", "market", "tiers", "rule", "desks")
_MOST_NAMED = 3
_PATH = "path"
"""Context of the names of parameters, as they stand in dotted paths."""
_ENDS = {"low": message("low"), "high": message("high")}


@dataclass(frozen=True)
class CheckedEnd:
    """The profit effect of a policy with one assumption at its low or high value."""

    assumption: str
    end: str
    value: float
    difference: Estimate

    @property
    def title(self) -> str:
        """The assumption in words."""
        return assumption_title(self.assumption)

    @property
    def verdict(self) -> str:
        """What the interval of the difference allows to say."""
        return verdict(self.difference)


def assumption_title(path: str) -> str:
    """Return a path in words: its context, then the parameter."""
    *context, leaf = path.split(".")
    kept = [_part_in_words(part) for part in context if part not in _GENERIC_PARTS]
    name = _part_in_words(leaf)
    return (
        say("{context}: {parameter}", context=("·" if is_chinese() else " ").join(kept), parameter=name)
        if kept
        else name
    )


def _part_in_words(part: str) -> str:
    """Return a part of a path in words; in Chinese as it is where it has no translation, as one may search for it then."""
    words = part.replace("_", " ")
    if not is_chinese():
        return words
    found = translated(words, _PATH)
    known = found if found != words else segment_name(part)
    return known if known != words else part


def checked_ends(view: StudyView, policy: str) -> tuple[CheckedEnd, ...]:
    """Return the profit effect of a policy at every end of every assumption that was run."""
    rows = view.result.checks
    wanted = rows[
        (rows["policy"] == policy)
        & (rows["retailer"] == view.focus)
        & (rows["segment"] == ALL)
        & (rows["tier"] == ALL)
        & (rows["kpi"] == PROFIT)
    ]
    columns = ["assumption", "end", "value", "n", "base", "diff", "diff_low", "diff_high"]
    return tuple(
        CheckedEnd(str(path), str(end), float(value), without_rounding(Estimate(int(n), *ends), base))
        for path, end, value, n, base, *ends in wanted[columns].itertuples(index=False)
    )


@dataclass(frozen=True)
class Robustness:
    """How the profit effect of a policy fares over the assumption checks.

    Attributes:
        sign: up, down, or cannot tell: the main result.
        ends: every end that was run.
        expected: ends that should have been run.
        only_for: the retailer for whom alone checks are made, where it is another one; empty otherwise.
    """

    sign: str
    ends: tuple[CheckedEnd, ...]
    expected: int
    only_for: str = ""

    def with_verdict(self, *words: str) -> tuple[CheckedEnd, ...]:
        """Return the ends whose effect has one of these verdicts."""
        return tuple(end for end in self.ends if end.verdict in words)

    @property
    def same_sign(self) -> tuple[CheckedEnd, ...]:
        """The ends whose mean effect has the sign of the main result, whatever their interval."""
        up = self.sign == Verdict.UP
        return tuple(end for end in self.ends if (end.difference.mean > 0.0 if up else end.difference.mean < 0.0))

    @property
    def opposite(self) -> tuple[CheckedEnd, ...]:
        """The ends at which the sign turns; none where the main result has no sign."""
        turned = {Verdict.UP: Verdict.DOWN, Verdict.DOWN: Verdict.UP}
        return self.with_verdict(turned[self.sign]) if self.sign in turned else ()

    @property
    def sentence(self) -> str:
        """One sentence: in how many checks the sign holds, where it turns, where it cannot be told."""
        if not self.ends:
            return _without_checks(self.expected, self.only_for)
        said = self._signed() if self.sign in (Verdict.UP, Verdict.DOWN) else [self._unsigned()]
        lost = max(self.expected - len(self.ends), 0)
        return sentence_of([*said, say("{checks} did not run", checks=counted(lost, "check")) if lost else ""])

    def _signed(self) -> list[str]:
        held, total = len(self.same_sign), len(self.ends)
        unclear = total - held - len(self.opposite)
        return [
            self._kept(held, counted(total, "assumption check")),
            say("it turns if {ends}", ends=_named(self.opposite)) if self.opposite else "",
            say("in {count} it cannot be told", count=unclear) if unclear else "",
        ]

    def _kept(self, held: int, checks: str) -> str:
        beyond = len(self.with_verdict(self.sign))
        if beyond == held:
            return say("The profit effect keeps its sign in {held} of {checks}", held=held, checks=checks)
        return say(
            "The profit effect keeps its sign in {held} of {checks}, beyond the interval of their few worlds in {beyond}",
            held=held,
            checks=checks,
            beyond=beyond,
        )

    def _unsigned(self) -> str:
        up, down, none = (len(self.with_verdict(word)) for word in (Verdict.UP, Verdict.DOWN, Verdict.NO_CHANGE))
        if none == len(self.ends):
            return say("Profit does not change in any of {checks} either", checks=counted(none, "assumption check"))
        return say(
            "Of {checks}, the profit effect is positive in {up}, negative in {down} and cannot be told in {unclear}",
            checks=counted(len(self.ends), "assumption check"),
            up=up,
            down=down,
            unclear=len(self.ends) - up - down,
        )


def _without_checks(expected: int, only_for: str) -> str:
    if expected and only_for:
        return say(
            "Assumptions are checked for {retailer} only, so how far this rests on the assumptions is not known.",
            retailer=only_for,
        )
    if expected:
        return say("None of the assumption checks ran, so how far this rests on the assumptions is not known.")
    return say("No assumption was varied, so how far this rests on the assumptions is not known.")


def _named(ends: Iterable[CheckedEnd]) -> str:
    named = [
        say("{assumption} is {end} ({value})", assumption=end.title, end=end_text(end.end), value=f"{end.value:g}")
        for end in ends
    ]
    if len(named) <= _MOST_NAMED:
        return joined(named, "or")
    return joined([*named[:2], say("in {count} more checks", count=len(named) - 2)], "or")


def end_text(end: str) -> str:
    """Return the end of an assumption, low or high, in the language of the edition."""
    return translated(_ENDS.get(end, end))


def robustness(view: StudyView, policy: str) -> Robustness:
    """Return how the profit effect of a policy fares over the assumption checks."""
    labels = set(view.result.runs["check"].astype(str)) - {""}
    only_for = view.decider if view.is_of_rival else ""
    return Robustness(view.cell(policy, PROFIT).verdict, checked_ends(view, policy), len(labels), only_for)
