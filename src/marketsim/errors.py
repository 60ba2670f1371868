"""Every error that marketsim raises for a user's mistake or a fault of his machine.

MarketsimError
├── ScenarioError          the scenario is not valid: a list of problems, each with its place
├── DataFileError          a CSV named in a scenario is missing or broken
├── ResultsError           stored results are missing, half-written or of another version
├── ReportError            a report cannot be written as it was asked for
├── StrategyError          a strategy that the user wrote in Python failed
└── RunFailedError         runs of a study failed
    ├── UnansweredError        a question of the study has no answer; all else is stored
    └── StudyInterruptedError  the user stopped it; the runs that finished are stored
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class MarketsimError(Exception):
    """Base of all errors that a user can mend; the command line prints it without a traceback."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a scenario, where it stands, and what would be right.

    Attributes:
        path: dotted field path, for example ``retailers.Alpha.tiers.key.rule.value_pct``; may be empty.
        message: what is wrong and what would be right.
        value: the offending value as the user wrote it, or None where there is none to show.
        file: file in which it stands, or None for a scenario built in Python.
        line: line in that file, counted from 1, or None.
    """

    path: str
    message: str
    value: str | None = None
    file: str | None = None
    line: int | None = None


class ScenarioError(MarketsimError):
    """A scenario that cannot be run; carries every problem found, not only the first."""

    def __init__(self, problems: list[Problem], source: str = "the scenario") -> None:
        """Keep the problems and the name of the file that the user gave."""
        self.problems = problems
        self.source = source
        super().__init__(self.describe())

    def describe(self) -> str:
        """Return the message that a user sees: one block a problem."""
        count = len(self.problems)
        head = f"{self.source} has {count} problem{'s' if count != 1 else ''}; nothing was run."
        return "\n\n".join([head, *(_describe_problem(p, self.source) for p in self.problems)])


def _describe_problem(problem: Problem, source: str) -> str:
    elsewhere = f"{problem.file} " if problem.file and problem.file != source else ""
    line = f"{elsewhere}line {problem.line}" if problem.line else elsewhere.strip()
    value = f" = {problem.value}" if problem.value is not None else ""
    place = "  ".join(part for part in (line, f"{problem.path}{value}") if part)
    return f"{place}\n         {problem.message}" if place else problem.message


class DataFileError(MarketsimError):
    """A data file named in a scenario is missing, unreadable or holds unusable values."""


class ResultsError(MarketsimError):
    """Stored results are missing, half-written or written by another version."""


class ReportError(MarketsimError):
    """A report cannot be written as it was asked for: an unknown format, a bad template, a font that is missing."""


class StrategyError(MarketsimError):
    """A strategy that the user wrote in Python failed, or returned what cannot be carried out."""


class RunFailedError(MarketsimError):
    """One or more runs of a study failed; what finished is stored."""


class UnansweredError(RunFailedError):
    """A question of a study, such as a sweep, has no answer; everything else is stored in `folder`."""

    def __init__(self, message: str, folder: Path) -> None:
        """Keep the message and where the results are."""
        super().__init__(message)
        self.folder = folder


class StudyInterruptedError(RunFailedError):
    """The user stopped a study; the runs that finished are stored in `folder`, if any did."""

    def __init__(self, message: str, folder: Path | None = None) -> None:
        """Keep the message and where the results are."""
        super().__init__(message)
        self.folder = folder
