"""Whether the answer survives its assumptions: the profit effect at both ends of each uncertain input."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from marketsim.reporting.estimates import Estimate, Verdict, verdict, without_rounding
from marketsim.reporting.measures import PROFIT
from marketsim.reporting.numbers import counted, joined
from marketsim.reporting.view import StudyView
from marketsim.results.tables import ALL

_GENERIC_PARTS = ("retailers", "segments", "behaviour", "market", "tiers", "rule", "desks")


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
    kept = [part for part in context if part not in _GENERIC_PARTS]
    return f"{' '.join(kept)}: {leaf}".replace("_", " ") if kept else leaf.replace("_", " ")


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
    """

    sign: str
    ends: tuple[CheckedEnd, ...]
    expected: int

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
            return _without_checks(self.expected)
        text = self._signed() if self.sign in (Verdict.UP, Verdict.DOWN) else self._unsigned()
        lost = max(self.expected - len(self.ends), 0)
        return f"{text}; {counted(lost, 'check')} did not run." if lost else f"{text}."

    def _signed(self) -> str:
        held, total, beyond = len(self.same_sign), len(self.ends), len(self.with_verdict(self.sign))
        text = f"The profit effect keeps its sign in {held} of {counted(total, 'assumption check')}"
        if beyond < held:
            text += f", beyond the interval of their few worlds in {beyond}"
        if self.opposite:
            text += f"; it turns if {_named(self.opposite)}"
        unclear = total - held - len(self.opposite)
        return f"{text}; in {unclear} it cannot be told" if unclear else text

    def _unsigned(self) -> str:
        up, down = (len(self.with_verdict(word)) for word in (Verdict.UP, Verdict.DOWN))
        total = len(self.ends)
        return (
            f"Of {counted(total, 'assumption check')}, the profit effect is positive in {up}, "
            f"negative in {down} and cannot be told in {total - up - down}"
        )


def _without_checks(expected: int) -> str:
    if expected:
        return "None of the assumption checks ran, so how far this rests on the assumptions is not known."
    return "No assumption was varied, so how far this rests on the assumptions is not known."


def _named(ends: Iterable[CheckedEnd]) -> str:
    named = [f"{end.title} is {end.end} ({end.value:g})" for end in ends]
    shown = named if len(named) <= 3 else [*named[:2], f"in {len(named) - 2} more checks"]
    return joined(shown, "or")


def robustness(view: StudyView, policy: str) -> Robustness:
    """Return how the profit effect of a policy fares over the assumption checks."""
    labels = set(view.result.runs["check"].astype(str)) - {""}
    return Robustness(view.cell(policy, PROFIT).verdict, checked_ends(view, policy), len(labels))
