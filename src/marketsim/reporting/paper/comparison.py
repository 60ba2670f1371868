"""The planning paper of a comparison of stored studies or policies, in the sections of every other one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from marketsim.reporting import style
from marketsim.reporting.charts.comparison import comparison_chart
from marketsim.reporting.comparison import cautions, legend, scale_of, texts_of, title
from marketsim.reporting.edition import Edition, is_chinese, printed_in
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import with_unit
from marketsim.reporting.numbers import joined, listed
from marketsim.reporting.paper.material import Wishes
from marketsim.reporting.paper.model import Block, Bullets, ChartBlock, Facts, Paper, Section, TableBlock, Text
from marketsim.reporting.table import Entry, Table
from marketsim.results.key_figures import kpi
from marketsim.results.statistics.comparison import CANNOT_TELL, HIGHER, LOWER, NO_CHANGE, OTHER_MEMBERS
from marketsim.results.statistics.sides import Side

_MOST_NAMES = 3
"""Sides that are named in a sentence; of more it says how many they are."""
_MOST_LEADS = 2
_VERDICTS = {
    HIGHER: message("{sides} above {first}"),
    LOWER: message("{sides} below {first}"),
    NO_CHANGE: message("{sides} the same as {first}"),
    CANNOT_TELL: message("{sides} cannot be told from {first}"),
    OTHER_MEMBERS: message("{sides} not compared with {first}, as other customers are in the tier"),
}


def comparison_paper(table: pd.DataFrame, sides: Sequence[Side], wishes: Wishes) -> Paper:
    """Return the planning paper of a comparison.

    Args:
        table: what `results.statistics.comparison.compare` returns.
        sides: what is compared, the reference first.
        wishes: how the report is wanted; sections that a comparison does not have are left out.

    Raises:
        ReportError: there is no font for the language.
    """
    retailer = str(table["retailer"].iloc[0])
    edition = wishes.edition(retailer)
    with printed_in(edition):
        if is_chinese():
            style.require_chinese_font()
        return _paper(table, sides, wishes, edition, retailer)


def _paper(table: pd.DataFrame, sides: Sequence[Side], wishes: Wishes, edition: Edition, retailer: str) -> Paper:
    first, others = sides[0].label, [side.label for side in sides[1:]]
    question = say(
        "How do {others} compare with {first}, for {retailer}?",
        others=_named(others, len(others)),
        first=first,
        retailer=retailer,
    )
    findings = [_Finding.of(rows) for _, rows in table.groupby(["tier", "kpi"], sort=False)]
    made = {
        "question": _question(question, sides),
        "answer": _answer(findings, cautions(sides)),
        "changes": _changes(table, findings[0].text),
        "method": _method(table, sides),
        "provenance": _provenance(sides),
    }
    how = ((say("How it was compared"), legend(table, sides)),)
    origin = listed(dict.fromkeys(_origin(side) for side in sides))
    return Paper(
        joined([first, _named(others, len(others))]),
        wishes.title or question,
        question,
        say("{sides} · {retailer}", sides=joined([first, _named(others, len(others))]), retailer=retailer),
        wishes.author,
        edition,
        findings[0].text,
        tuple(made[name] for name in wishes.sections if name in made),
        origin,
        origin,
        how,
    )


def _named(names: Sequence[str], others: int) -> str:
    """Return sides in words: their names, or how many of all but the reference they are where these are many."""
    if len(names) <= _MOST_NAMES:
        return joined(names)
    if len(names) == others:
        return say("all {count} others", count=others)
    return say("{count} of {all} others", count=len(names), all=others)


def _origin(side: Side) -> str:
    manifest = side.study.manifest
    return say("seed {seed} · scenario {hash}", seed=manifest["seed"], hash=manifest["short_hash"])


def _question(question: str, sides: Sequence[Side]) -> Section:
    items = tuple(say("{name}: {value}", name=side.label, value=side.study.folder) for side in sides)
    return Section("question", say("The question"), question, (Text(question, "lead"), Bullets(items)))


@dataclass(frozen=True)
class _Finding:
    """What one figure says of all sides, and whether any can be told from the reference in it."""

    text: str
    is_told: bool

    @classmethod
    def of(cls, rows: pd.DataFrame) -> _Finding:
        """Say which sides are higher, lower, or cannot be told from the reference, in one figure."""
        first, parts = str(rows["side"].iloc[0]), []
        for verdict, template in _VERDICTS.items():
            names = list(rows.loc[rows["verdict"] == verdict, "side"].astype(str))
            if names:
                parts.append(say(template, sides=_named(names, len(rows) - 1), first=first))
        found = say("; ").join(parts) or say("nothing could be compared")
        text = say("{figure}: {found}.", figure=title(rows.to_dict("records")[0]), found=found)
        return cls(text, bool(rows["verdict"].isin([HIGHER, LOWER]).any()))


def _answer(findings: Sequence[_Finding], minded: Sequence[str]) -> Section:
    """Return the answer: the first figure, the next ones in which something can be told, and all of them below."""
    blocks: list[Block] = [Text(text, "caution", say("Mind")) for text in minded]
    blocks.append(Text(findings[0].text, "headline"))
    told = [finding.text for finding in findings[1:] if finding.is_told]
    blocks += [Text(text, "lead") for text in told[:_MOST_LEADS]]
    count = say(
        "Differences can be told in {told} of {all} figures.",
        told=sum(finding.is_told for finding in findings),
        all=len(findings),
    )
    blocks.append(Text(count, "lead"))
    if len(findings) > 1:
        blocks.append(Bullets(tuple(finding.text for finding in findings), title=say("All figures")))
    return Section("answer", say("The answer"), findings[0].text, tuple(blocks))


def _changes(table: pd.DataFrame, finding: str) -> Section:
    chart = comparison_chart(table, finding, finding)
    blocks: list[Block] = [ChartBlock(chart, say("95 % intervals, each for itself; verdicts after Holm's correction"))]
    blocks += [TableBlock(_table(rows), "dense") for _, rows in table.groupby(["tier", "kpi"], sort=False)]
    return Section("changes", say("What changes for whom"), finding, tuple(blocks))


def _table(rows: pd.DataFrame) -> Table:
    scale, first = scale_of(rows), str(rows["side"].iloc[0])
    records = rows.to_dict("records")
    heads = (
        say("side"),
        say("level"),
        say("difference to {side}, 95 % interval", side=first),
        say("p, Holm"),
        say("best"),
        say("rank"),
        say("verdict"),
    )
    made = []
    for row in records:
        entries = [Entry(text) for text in texts_of(row, rows)]
        values = {1: row["mean"] / scale.divisor, 2: row["diff"] / scale.divisor, 3: row["p_holm"]}
        for place, value in values.items():
            if math.isfinite(value):
                entries[place] = replace(entries[place], value=float(value))
        sign = {HIGHER: 1, LOWER: -1}.get(row["verdict"], 0) * kpi(row["kpi"]).better
        look = {1: "good", -1: "bad"}.get(sign, "unclear")
        made.append((*entries[:-1], replace(entries[-1], look=look)))
    return Table(with_unit(title(records[0]), scale.unit), heads, tuple(made))


def _method(table: pd.DataFrame, sides: Sequence[Side]) -> Section:
    text = Text(legend(table, sides), title=say("How it was compared"))
    return Section("method", say("Method"), say("Method"), (text,))


def _provenance(sides: Sequence[Side]) -> Section:
    studies = {side.study.folder: side.study for side in sides}
    rows = []
    for folder, study in studies.items():
        manifest, own = study.manifest, next(side for side in sides if side.study.folder == folder)
        names = joined(side.label for side in sides if side.study.folder == folder)
        rows.append((names, listed([str(folder), _origin(own), f"marketsim {manifest['marketsim']}"])))
        rows.append((say("scenario hash (SHA-256)"), str(manifest["hash"])))
        rows.append((say("command"), str(manifest.get("command") or say("run from Python"))))
    heading = say("Provenance")
    return Section("provenance", heading, heading, (Facts(say("What was compared"), tuple(rows)),))
