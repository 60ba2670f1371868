"""What a matrix of policies says in words: the best cell, the best answers of each side, and equilibria."""

from __future__ import annotations

from collections.abc import Mapping

from marketsim.reporting.charts.headings import fitting, in_a_row
from marketsim.reporting.charts.matrix_payoffs import POSSIBLE, SURE, Payoffs, Sides
from marketsim.reporting.language import say
from marketsim.reporting.numbers import interval, joined, plain, signed
from marketsim.reporting.view import StudyView
from marketsim.scenario.combinations import cell_name

_MOST_NAMED = 4
_Cells = Mapping[tuple[str, str], str]


def finding(view: StudyView, profit: Payoffs, sides: Sides, balanced: _Cells) -> str:
    """Name the cell with the highest profit, the best answers to the other side, and equilibria."""
    parts = [_highest(view, profit)]
    if sides.is_game:
        parts += [_answers(profit, sides), _equilibrium(balanced)]
    return in_a_row(parts)


def _highest(view: StudyView, profit: Payoffs) -> str:
    best, others = profit.best, len(profit.rows) - 1
    values = {
        "focus": view.focus,
        "cell": cell_name(best["row"], best["column"]),
        "value": plain(best["value"], profit.digits),
        "unit": profit.scale.unit,
        "change": " ".join(
            [signed(best["diff"], profit.digits), interval(best["diff_low"], best["diff_high"], profit.digits)]
        ).strip(),
    }
    text = say("Profit of {focus} is highest at {cell}: {value} {unit}, {change} against base", **values)
    tied = [cell_name(str(item.row), str(item.column)) for item in profit.tied.itertuples()]
    if not tied:
        return say("{text}; every other cell is below it beyond the interval.", text=text)
    if len(tied) > _MOST_NAMED:
        return say(
            "{text}; {tied} of the other {others} cells cannot be told from it.",
            text=text,
            tied=len(tied),
            others=others,
        )
    return say("{text}; it cannot be told apart from {cells}.", text=text, cells=joined(tied))


def _answers(profit: Payoffs, sides: Sides) -> str:
    """Say what the best answer to each strategy of the other side is, as far as intervals carry."""
    always = dominant(profit, sides)
    if always:
        return say("{row} is the best answer to every strategy of the rivals.", row=always)
    parts = []
    for column in sides.columns:
        found = profit.answers(column)
        if len(found) == 1:
            parts.append(say("against {column} the best answer is {row}", column=column, row=found[0]))
        elif found:
            parts.append(
                say("against {column} it cannot be told which of {rows} is best", column=column, rows=joined(found))
            )
    text = say("; ").join(parts)
    return say("Best answers: {text}.", text=text)


def dominant(profit: Payoffs, sides: Sides) -> str:
    """Return the row that is surely the best answer to every column; empty where there is none."""
    found = {profit.answers(column) for column in sides.columns}
    (first, *others) = found
    return first[0] if not others and len(first) == 1 else ""


def _equilibrium(balanced: _Cells) -> str:
    sure = [cell_name(*cell) for cell, word in balanced.items() if word == SURE]
    possible = [cell_name(*cell) for cell, word in balanced.items() if word == POSSIBLE]
    if sure and possible:
        return say(
            "Neither side gains by changing alone at {sure}; whether that holds at {possible} cannot be told.",
            sure=joined(sure),
            possible=joined(possible),
        )
    if sure:
        return say("Neither side gains by changing alone at {sure}.", sure=joined(sure))
    if not possible:
        return say("In every cell one side gains by changing alone: there is no equilibrium.")
    if len(possible) > _MOST_NAMED:
        return say("Whether there is an equilibrium cannot be told: {count} cells may be one.", count=len(possible))
    return say("Whether there is an equilibrium cannot be told: it may be {possible}.", possible=joined(possible, "or"))


def heading(profit: Payoffs, sides: Sides, balanced: _Cells) -> str:
    """Return the finding in a few words."""
    sure = [cell for cell, word in balanced.items() if word == SURE]
    always = dominant(profit, sides) if sides.is_game else ""
    if always:
        return fitting(
            say("{row} earns most whatever the rivals do", row=always),
            say("One strategy earns most whatever the rivals do"),
        )
    if len(sure) == 1 and len(balanced) == 1:
        return fitting(
            say("Equilibrium: {row} against {column}", row=sure[0][0], column=sure[0][1]),
            say("There is one equilibrium"),
        )
    return _of_profit(profit)


def _of_profit(profit: Payoffs) -> str:
    best = profit.best
    if not len(profit.tied):
        return fitting(
            say("{row} with {column} earns most", row=best["row"], column=best["column"]),
            say("One combination earns most, beyond the intervals"),
        )
    count, total = len(profit.tied) + 1, len(profit.rows)
    if count == total:
        return say("Which combination earns most cannot be told")
    return say("Which of {count} combinations of {total} earns most cannot be told", count=count, total=total)
