"""The last sections of a planning paper: what could overturn the answer, assumptions, method, provenance."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from marketsim.reporting.assumptions import assumed, show, varied
from marketsim.reporting.charts.catalogue import replaced_names
from marketsim.reporting.claims import Claim
from marketsim.reporting.language import EVENT, say, segment_name, translated
from marketsim.reporting.method import method
from marketsim.reporting.numbers import counted, listed
from marketsim.reporting.paper.material import OVERTURNING, Material
from marketsim.reporting.paper.model import (
    Block,
    Bullets,
    ChartBlock,
    Facts,
    Heading,
    Section,
    TableBlock,
    Text,
    Verbatim,
)
from marketsim.reporting.report_tables import assumed_tables, checks, mechanisms_table, starred_table
from marketsim.reporting.view import StudyView
from marketsim.results.tables import ALL


def sensitivity_section(material: Material) -> Section | None:
    """Return what could overturn the answer: the tornado of the assumption checks and their table."""
    found = material.answer
    if found is None:
        return None
    blocks: list[Block] = []
    tornado = material.chart(OVERTURNING)
    title = say("What could overturn the answer")
    said = title
    if tornado:
        blocks.append(ChartBlock(tornado, material.view.footer))
        said = tornado.message or tornado.finding
    elif found.robustness:
        blocks.append(Text(found.robustness.sentence, "finding"))
    elif found.claim == Claim.NO_RESULTS:
        blocks.append(Text(say("There is no result that could be overturned.")))
    else:
        blocks.append(Text(say("There is no policy whose effect could be overturned.")))
    checked = checks(material.view, found, varied(material.view))
    if checked:
        blocks.append(TableBlock(checked, "code"))
    blocks.append(
        Text(
            say(
                "Intervals over worlds shrink with the number of worlds; what is not known about the inputs does not. A check "
                "repeats base and policies with one input at its low or high value."
            )
        )
    )
    return Section("sensitivity", title, said, tuple(blocks))


def assumptions_section(material: Material) -> Section:
    """Return the starred assumptions, what policies change, events, mechanisms, and all other assumptions."""
    view = material.view
    starred = varied(view)
    blocks: list[Block] = [
        Text(
            say(
                "Numbers without a published source are assumptions. Results rank policies under these assumptions; they are "
                "not a forecast."
            )
        ),
        TableBlock(starred_table(starred), "code") if starred else Text(say("No assumption is starred in this study.")),
    ]
    blocks += _policies(view)
    blocks.append(Heading(say("Events")))
    events = tuple(_event(event, view.months) for event in view.study.get("events", ()))
    blocks.append(Bullets(events) if events else Text(say("No event disturbs the market.")))
    blocks += [Heading(say("What the answer rests on")), TableBlock(mechanisms_table(view), "plain")]
    blocks += _assumed(view)
    title = say("Assumptions and their sources")
    return Section("assumptions", title, title, tuple(blocks))


def _policies(view: StudyView) -> list[Block]:
    changes = view.study.get("policies", {})
    heading = Heading(say("Policies"))
    if not changes:
        return [heading, Text(say("The study names no policy."))]
    lines = tuple(
        tuple(f"{path} = {json.dumps(value, ensure_ascii=False)}" for path, value in made.items())
        for made in changes.values()
    )
    return [heading, Bullets(tuple(changes), lines, say("What each policy changes"), folded=True)]


def _assumed(view: StudyView) -> list[Block]:
    tables = assumed_tables(assumed(view))
    if not tables:
        return [Text(say("The scenario is one of another version of the schema, so its parameters cannot be listed."))]
    count = sum(len(table.rows) for table in tables)
    said = say(
        "{count} more assumptions that were not varied are at work in what is switched on.",
        count=f"{count:,}",
    )
    return [Text(said), *(TableBlock(table, "code", folded=True) for table in tables)]


def _event(event: Mapping[str, Any], months: int) -> str:
    """Return an event in words; nothing is said of the end of one that lasts longer than the run."""
    kind = translated(str(event["type"]).replace("_", " "), EVENT)
    given = {
        name: value
        for name, value in event.items()
        if name not in ("type", "month") and value not in (None, False) and (name, value) != ("fuel", ALL)
    }
    duration = given.pop("duration_months", None)
    if duration is not None and int(duration) >= months:
        duration = None
    parts = [kind, *(_given(name, value) for name, value in given.items())]
    parts += [say("for {months}", months=counted(int(duration), "month"))] if duration else []
    return say("month {month}: {what}", month=int(event["month"]) + 1, what=listed(parts))


def _given(name: str, value: Any) -> str:
    shown = segment_name(value) if name == "segment" and isinstance(value, str) else show(value)
    return f"{translated(name.replace('_', ' '), EVENT)} {shown}"


def method_section(material: Material) -> Section:
    """Return how the numbers came about, in half a page."""
    how = [*method(material.view), *(how_of_sweeps() if material.sweeps else ())]
    title = say("Method")
    return Section("method", title, title, tuple(Text(text, title=name) for name, text in how))


def how_of_sweeps() -> tuple[tuple[str, str], ...]:
    """Say how the numbers on sweeps come about."""
    return (
        (
            say("Sweeps"),
            say(
                "Every point of a sweep is run in the same worlds, under base and policies; uncertainties are changed in "
                "both, levers under the policies only. The effect at a point is the mean paired difference over its worlds "
                "with a 95 % t interval. Means over points have an interval that holds the mean half width of their points, "
                "as points that share their worlds err together, and, where points are drawn, the chance of the draw. "
                '"Cannot tell" stands where an interval includes zero. None is adjusted for the number of points.'
            ),
        ),
        (
            say("Sensitivity"),
            say(
                "Morris effects and Sobol indices by SALib, with bootstrap intervals; of a complete grid the exact shares of "
                "variance; of other points RBD-FAST, or the correlation ratio of values that repeat. A point without a result "
                "takes its whole trajectory or block with it."
            ),
        ),
    )


def provenance_section(material: Material) -> Section:
    """Return what identifies the results and makes them again."""
    view = material.view
    blocks: list[Block] = [Facts(say("What these results are, and how to make them again"), tuple(_facts(material)))]
    replaced = [say("{label} is {name}", label=label, name=name) for label, name in replaced_names(view)]
    if replaced:
        names = listed(replaced)
        blocks.append(Text(say("Names that no installed font can draw are numbered in charts: {names}.", names=names)))
    if view.result.manifest.get("text"):
        blocks.append(Verbatim(say("The scenario file, verbatim"), str(view.result.manifest["text"])))
    title = say("Provenance")
    return Section("provenance", title, title, tuple(blocks))


def _facts(material: Material) -> Iterator[tuple[str, str]]:
    """Yield what identifies these results."""
    view = material.view
    manifest = view.result.manifest
    yield say("study"), view.name
    yield say("scenario file"), str(manifest.get("source") or say("built in Python"))
    yield say("scenario hash (SHA-256)"), str(manifest["hash"])
    yield say("seed"), str(manifest["seed"])
    yield say("status"), translated(str(manifest.get("status", "")))
    if material.answer is not None:
        yield say("runs"), _run_counts(view)
    yield "marketsim", str(manifest.get("marketsim", ""))
    yield "Python", str(manifest.get("python", ""))
    yield say("libraries"), listed(f"{name} {number}" for name, number in manifest.get("libraries", {}).items())
    for name, digest in manifest.get("data_files", {}).items():
        yield say("data file {name}", name=name), str(digest)
    if material.wishes.currency != "CNY":
        rate = f"1 CNY = {material.wishes.per_cny:g} {material.wishes.currency}"
        yield say("money"), say("converted at {rate}; runs and tables are in CNY", rate=rate)
    yield say("command"), str(manifest.get("command") or say("run from Python"))


def _run_counts(view: StudyView) -> str:
    counts = view.result.runs["status"].astype(str).value_counts().sort_index()
    return listed(
        say("{count} {status}", count=number, status=translated(str(status).replace("_", " ")))
        for status, number in counts.items()
    )


def size_of(view: StudyView) -> str:
    """Return how large the study was, in words."""
    runs = view.result.runs
    done = runs[(runs["status"] == "done") & (runs["check"] == "")]
    if done.empty:
        return say("no finished run")
    first = done.iloc[0]
    return say(
        "{agents} for {customers}, {months}, {retailers}; base and {policies} in {worlds}",
        agents=counted(int(first["agents"]), "agent"),
        customers=counted(int(first["customers"]), "customer"),
        months=counted(view.months, "month"),
        retailers=counted(len(view.retailers), "retailer"),
        policies=counted(len(view.policies), "policy"),
        worlds=counted(view.replications, "world"),
    )


def sweep_cautions(view: StudyView) -> Iterator[str]:
    """Yield what a reader of a folder of sweeps must know first."""
    status = view.result.manifest.get("status")
    if status == "interrupted":
        yield say("The sweep was interrupted. Numbers rest on the points that finished.")
    if status == "failed":
        yield say("Some runs failed. Points whose runs all failed are left out, others rest on fewer worlds.")
