"""The questions of a study beyond the comparison of its policies: break-even values, and equal money."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

import pandas as pd

from marketsim.errors import Problem, RunFailedError, ScenarioError
from marketsim.experiments.break_even import BREAK_EVEN, BREAK_EVEN_POINTS, break_even
from marketsim.experiments.budget import BUDGET, compare_at_equal_money
from marketsim.experiments.laboratory import Laboratory
from marketsim.experiments.sweep import carry_out_sweep
from marketsim.results.key_figures import KPIS
from marketsim.results.sensitivity.outcomes import SWEEP, SWEEP_POINTS
from marketsim.results.statistics.regret import REGRET, regret
from marketsim.scenario.paths import no_such
from marketsim.scenario.replications import stopping
from marketsim.scenario.study import Study


def check_figures(study: Study) -> None:
    """Raise ScenarioError if a question of a study, or its report, asks for a key figure that does not exist."""
    asked = [(f"break_even.{name}.kpi", question.kpi) for name, question in study.break_even.items()]
    asked += [(f"budget.{name}.cost", budget.cost) for name, budget in study.budget.items()]
    asked += [(f"show.{position}.kpi", shown.kpi) for position, shown in enumerate(study.show)]
    until = [("run.replications.until.kpi", study.run.stopping())]
    until += [
        (f"sweep.{name}.replications.until.kpi", stopping(sweep.replications))
        for name, sweep in study.sweep.items()
        if sweep.replications is not None
    ]
    asked += [(path, rule.kpi) for path, rule in until if rule is not None]
    known = [entry.name for entry in KPIS]
    problems = [Problem(path, no_such("key figure", name, known)) for path, name in asked if name not in known]
    if problems:
        raise ScenarioError(problems)


def answer_questions(laboratory: Laboratory, policies: Collection[str], answers: dict[str, pd.DataFrame]) -> None:
    """Answer the questions of a study one after the other; what an interruption leaves stays in `answers`.

    Args:
        laboratory: where runs are carried out.
        policies: the policies that are run at all; questions about others are left out.
        answers: tables by name, to which each answer is added.

    Raises:
        RunFailedError: there are questions without an answer, as their runs failed; the others are answered.
    """
    _ask_all(_asked(laboratory, policies, answers))


def _asked(
    laboratory: Laboratory, policies: Collection[str], answers: dict[str, pd.DataFrame]
) -> Iterator[Callable[[], None]]:
    """Yield what answers each question that is about policies which are run."""
    study = laboratory.scenario.study
    for name, question in study.break_even.items():
        if question.policy in policies:
            yield partial(find_break_evens, laboratory, [name], answers)
    for name, budget in study.budget.items():
        if set(budget.scale) <= set(policies):
            yield partial(_compare, laboratory, name, answers)
    for name, sweep in study.sweep.items():
        if sweep.with_run and set(sweep.policies or policies) & set(policies):
            yield partial(_sweep, laboratory, name, policies, answers)


def _ask_all(questions: Iterable[Callable[[], None]]) -> None:
    faults = [fault for ask in questions if (fault := _fault_of(ask))]
    if faults:
        raise RunFailedError("\n".join(faults))


def _fault_of(ask: Callable[[], None]) -> str:
    """Ask, and return why there is no answer; empty if there is one."""
    try:
        ask()
    except RunFailedError as error:
        return str(error)
    return ""


def _compare(laboratory: Laboratory, name: str, answers: dict[str, pd.DataFrame]) -> None:
    budget = laboratory.scenario.study.budget[name]
    _add(answers, BUDGET, compare_at_equal_money(name, budget, laboratory))


def carry_out_sweeps(
    laboratory: Laboratory, names: Collection[str], policies: Collection[str], answers: dict[str, pd.DataFrame]
) -> None:
    """Carry out the sweeps named, and add their tables to `answers` one after the other.

    Raises:
        RunFailedError: there are sweeps of which no run finished; the others are carried out.
    """
    _ask_all(partial(_sweep, laboratory, name, policies, answers) for name in names)


def _sweep(laboratory: Laboratory, name: str, policies: Collection[str], answers: dict[str, pd.DataFrame]) -> None:
    for table, rows in carry_out_sweep(name, laboratory, tuple(policies)).items():
        _add(answers, table, rows)
    answers[REGRET] = regret(answers[SWEEP], answers[SWEEP_POINTS])


def find_break_evens(laboratory: Laboratory, names: Collection[str], answers: dict[str, pd.DataFrame]) -> None:
    """Find the break-even values of the questions named, and add each to `answers` when it is found."""
    for name in names:
        answer, points = break_even(name, laboratory.scenario.study.break_even[name], laboratory)
        _add(answers, BREAK_EVEN, answer)
        _add(answers, BREAK_EVEN_POINTS, points)


def _add(answers: dict[str, pd.DataFrame], name: str, rows: pd.DataFrame) -> None:
    parts = [answers[name], rows] if name in answers else [rows]
    answers[name] = pd.concat(parts, ignore_index=True)
