"""The sheet of effects: every figure of the tables of policies and of gains, computed from single worlds by formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from marketsim.reporting.estimates import Verdict, verdict
from marketsim.reporting.language import message, say, translated
from marketsim.reporting.measures import printer_for
from marketsim.reporting.view import StudyView
from marketsim.reporting.writers.xlsx.book import FIRST_ROW, HEAD_ROW, Page
from marketsim.reporting.writers.xlsx.effect_lines import (
    AGAINST,
    BETTER,
    CHECK,
    DIFF,
    FACTOR,
    FIGURE,
    HALF,
    HIGH,
    LOW,
    MEAN,
    P_BETTER,
    PARTNER_MEAN,
    POLICY,
    SD,
    UNIT,
    VERDICT,
    Line,
    N,
    heads,
)
from marketsim.reporting.writers.xlsx.effect_values import values_of
from marketsim.reporting.writers.xlsx.looks import (
    CHANCE,
    FORMULA,
    HEAD,
    NAME,
    NOTE,
    PLAIN,
    RIGHT_HEAD,
    Look,
    with_digits,
)
from marketsim.reporting.writers.xlsx.names import column_range
from marketsim.reporting.writers.xlsx.pairs import Pair
from marketsim.reporting.writers.xlsx.summary_sheet import SummaryRows
from marketsim.reporting.writers.xlsx.wording import CONFIDENCE, factor_of, figure_title
from marketsim.reporting.writers.xlsx.worlds_sheet import (
    DIFFERENCE,
    PARTNER,
    VALUE,
    policy_name,
    reference_name,
)
from marketsim.results.tables import BASE

EFFECTS = message("Effects")
"""Name of the sheet."""
_WIDTHS = (34, 15, 15, 16, 28, 10, 12, 11, 11, 11, 12, 11, 11, 13, 10, 13, 13)
_NO_INTERVAL, _NO_CHANGE = message("no interval"), message("no change")
_UP, _DOWN, _CANNOT_TELL = message("up"), message("down"), message("cannot tell")
_VERDICTS = {
    Verdict.NO_INTERVAL: _NO_INTERVAL,
    Verdict.NO_CHANGE: _NO_CHANGE,
    Verdict.UP: _UP,
    Verdict.DOWN: _DOWN,
    Verdict.CANNOT_TELL: _CANNOT_TELL,
}
_WORD = replace(FORMULA, indent=1)
_AGREES, _DIFFERS = message("agrees"), message("differs")


def fill_effects(
    page: Page,
    view: StudyView,
    pairs: Sequence[Pair],
    rows: Mapping[int, tuple[int, int]],
    summary: SummaryRows,
) -> None:
    """Write the sheet.

    Args:
        page: an empty sheet.
        view: the results.
        pairs: the traced figures.
        rows: where they stand in the sheet of worlds.
        summary: where they stand in the sheet of the summary.
    """
    page.widths(*_WIDTHS)
    page.head(say("Effects of {retailer}", retailer=view.focus), _note(complete=len(rows) == len(pairs)))
    for column, head in enumerate(heads()):
        is_word = column in (FIGURE, UNIT, FACTOR, POLICY, AGAINST, VERDICT, CHECK)
        page.text(HEAD_ROW, column, head, replace(HEAD, indent=int(column >= VERDICT)) if is_word else RIGHT_HEAD)
    page.fit(HEAD_ROW, heads())
    page.freeze(FIRST_ROW, FACTOR)
    for place, pair in enumerate(pairs):
        printer = printer_for(view, pair.measure)
        factor = factor_of(printer)
        values = values_of(pair, factor.value)
        line = Line(page, FIRST_ROW + place, pair, printer, factor, values, rows.get(place), summary)
        _labels(line)
        _numbers(line)
    page.filter(HEAD_ROW, HEAD_ROW + len(pairs), len(_WIDTHS))


def differing(count: int) -> str:
    """Return the formula that counts the rows of the sheet that differ from the stored summary."""
    words = column_range(say(EFFECTS), CHECK, (FIRST_ROW, FIRST_ROW + max(count, 1) - 1))
    return f'COUNTIF({words},"{translated(_DIFFERS)}")'


def _note(*, complete: bool) -> str:
    said = say(
        "Every number is a formula over the single runs in the sheet of worlds, in the unit and currency of the report; "
        "the last column compares it with the summary that the study stored."
    )
    if complete:
        return said
    rest = say(
        "Figures whose single runs are not kept, or do not fit into a sheet, are taken from the summary instead."
    )
    return f"{said} {rest}"


def _labels(line: Line) -> None:
    page, row, pair = line.page, line.row, line.pair
    page.text(row, FIGURE, figure_title(pair.measure), NAME)
    page.text(row, UNIT, line.printer.scale.unit or say("number"), PLAIN)
    line.put(
        FACTOR, line.factor.formula, line.factor.value, Look(colour=FORMULA.colour, number="General", align="left")
    )
    page.text(row, POLICY, policy_name(pair.policy), PLAIN)
    page.text(row, AGAINST, reference_name(pair.cell.reference) if pair.is_compared else "", PLAIN)


def _numbers(line: Line) -> None:
    pair = line.pair
    _level(line)
    if pair.is_compared:
        _difference(line)
    elif pair.policy != BASE:
        word = say("other members") if pair.cell.verdict == Verdict.OTHER_MEMBERS else say("not in base")
        line.page.text(line.row, VERDICT, word, replace(NOTE, indent=1))
    _check(line)


def _level(line: Line) -> None:
    told, digits = line.values, with_digits(FORMULA, line.printer.level_digits)
    if line.rows is None:
        line.put(N, line.summary.cell(line.pair, "n") or "0", told.n, with_digits(FORMULA, 0))
        line.put(MEAN, line.stored("mean"), told.mean, digits)
        reach = f'IF({line.at(N)}<2,"",({line.stored("high")}-{line.stored("low")})/2)'
        line.put(HALF, reach, told.half, digits)
        return
    values, n = line.worlds(VALUE), line.at(N)
    line.put(N, f"COUNT({values})", told.n, with_digits(FORMULA, 0))
    line.put(MEAN, f"AVERAGE({values})*{line.at(FACTOR)}", told.mean, digits)
    reach = f"_xlfn.T.INV.2T(1-{CONFIDENCE},{n}-1)*_xlfn.STDEV.S({values})/SQRT({n})*{line.at(FACTOR)}"
    line.put(HALF, f'IF({n}<2,"",{reach})', told.half, digits)


def _difference(line: Line) -> None:
    estimate = line.values.difference
    signed = with_digits(FORMULA, max(line.printer.difference_digits, 2), signed=True)
    level = with_digits(FORMULA, line.printer.level_digits)
    if line.rows is None:
        line.put(PARTNER_MEAN, line.stored("reference_mean"), line.values.partner, level)
        for column, name, value in zip(
            (DIFF, LOW, HIGH),
            ("diff", "diff_low", "diff_high"),
            (estimate.mean, estimate.low, estimate.high),
            strict=True,
        ):
            line.put(column, line.stored(name), value, signed)
    else:
        _of_worlds(line, level, signed)
    line.page.number(line.row, BETTER, line.pair.measure.kpi.better, with_digits(PLAIN, 0))
    _chance(line)
    line.put(VERDICT, _verdict_formula(line), translated(_VERDICTS[verdict(estimate)]), _WORD)


def _of_worlds(line: Line, level: Look, signed: Look) -> None:
    n, factor, estimate = line.at(N), line.at(FACTOR), line.values.difference
    differences, partners = line.worlds(DIFFERENCE), line.worlds(PARTNER)
    line.put(PARTNER_MEAN, f"AVERAGE({partners})*{factor}", line.values.partner, level)
    line.put(DIFF, f"AVERAGE({differences})*{factor}", estimate.mean, signed)
    line.put(SD, f'IF({n}<2,"",_xlfn.STDEV.S({differences})*{factor})', line.values.deviation, with_digits(FORMULA, 3))
    reach = f"_xlfn.T.INV.2T(1-{CONFIDENCE},{n}-1)*{line.at(SD)}/SQRT({n})"
    line.put(LOW, f'IF({n}<2,"",{line.at(DIFF)}-{reach})', estimate.low, signed)
    line.put(HIGH, f'IF({n}<2,"",{line.at(DIFF)}+{reach})', estimate.high, signed)


def _chance(line: Line) -> None:
    look, told = Look(colour=FORMULA.colour, number=CHANCE), line.values.chance
    if line.rows is None:
        reference = line.summary.cell(line.pair, "p_better")
        line.put(P_BETTER, f'IF(ISNUMBER({reference}),{reference},"")' if reference else '""', told, look)
        return
    n, difference, deviation, better = (line.at(column) for column in (N, DIFF, SD, BETTER))
    surely = f'IF({difference}=0,"",IF({difference}*{better}>0,1,0))'
    chance = f"_xlfn.T.DIST({better}*{difference}/({deviation}/SQRT({n})),{n}-1,TRUE)"
    none = f"OR({n}<2,{better}=0)"
    line.put(P_BETTER, f'IF({none},"",IF({deviation}=0,{surely},{chance}))', told, look)


def _verdict_formula(line: Line) -> str:
    words = {name: translated(text).replace('"', '""') for name, text in _VERDICTS.items()}
    n, low, high = line.at(N), line.at(LOW), line.at(HIGH)
    sign = f'IF({low}>0,"{words[Verdict.UP]}",IF({high}<0,"{words[Verdict.DOWN]}","{words[Verdict.CANNOT_TELL]}"))'
    change = f'IF(AND({low}=0,{high}=0),"{words[Verdict.NO_CHANGE]}",{sign})'
    return f'IF({n}<2,"{words[Verdict.NO_INTERVAL]}",{change})'


def _check(line: Line) -> None:
    """Compare the number with the stored summary, which has ten digits."""
    column, name = (DIFF, "diff") if line.pair.is_compared else (MEAN, "mean")
    stored = line.summary.cell(line.pair, name)
    if stored:
        apart = f"ABS({line.at(column)}-{stored}*{line.at(FACTOR)})"
        size = f"MAX(ABS({line.at(MEAN)}),ABS({line.at(column)}))"
        formula = f'IF({apart}<=1E-8*{size},"{translated(_AGREES)}","{translated(_DIFFERS)}")'
        line.put(CHECK, formula, translated(_AGREES), _WORD)
