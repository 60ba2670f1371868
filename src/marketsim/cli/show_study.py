"""`marketsim results show`: what a study is, its runs and tables, and key figures that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from marketsim.cli.failures import SHORT, replay_command
from marketsim.cli.places import study_folder
from marketsim.cli.screen import console, plain_table, say, size_text
from marketsim.errors import ResultsError

if TYPE_CHECKING:
    from pandas import DataFrame

    from marketsim.results.storage.inventory import StudyState

_MOST_FAILURES = 10
"""Failed runs that are shown unless they are asked for."""
_KINDS = ("main", "references", "assumption checks", "sweeps and questions")


@dataclass(frozen=True)
class Asked:
    """What is shown of a study.

    Attributes:
        failed: only runs that failed, all of them.
        policies: of which policies; all when empty.
        kpis: key figures to show; none when empty.
    """

    failed: bool = False
    policies: tuple[str, ...] = ()
    kpis: tuple[str, ...] = ()


def show_study(study: str, asked: Asked) -> int:
    """Show what a study is, which runs it has, which of them failed, and its tables.

    Returns:
        The exit code, 0.

    Raises:
        ResultsError: there is no such study, policy or key figure, or its tables cannot be read.
    """
    from marketsim.results.storage.folders import read_manifest
    from marketsim.results.storage.inventory import manifest_or_none, state_of
    from marketsim.results.storage.kpis_of_runs import stored_runs

    folder, screen = study_folder(study), console()
    if manifest_or_none(folder) is not None:
        read_manifest(folder)  # refuses what another version wrote
    state, manifest = state_of(folder), manifest_or_none(folder) or {}
    runs = _of_policies(stored_runs(folder), asked.policies, folder)
    figures = _figures(folder, manifest, asked) if asked.kpis else None
    if not asked.failed:
        _show_facts(screen, folder, state, manifest)
        screen.print(_runs_table(runs))
    _show_failures(screen, folder, runs, every=asked.failed)
    if figures is not None:
        say(screen, "", f"key figures of {manifest['scenario']['focus']}")
        screen.print(figures)
    if not asked.failed:
        say(screen, "")
        screen.print(_tables_table(folder))
    return 0


def _show_facts(screen: Console, folder: Path, state: StudyState, manifest: dict[str, Any]) -> None:
    say(screen, f"{state.name}: {state.question}" if state.question else state.name)
    facts = {
        "status": state.status,
        "note": state.note,
        **_facts(folder, manifest),
        "written": state.written,
        "size": size_text(state.bytes),
        "stored": f"{state.stored:,} runs",
    }
    say(screen, *(f"  {name:<10}{value}" for name, value in facts.items() if value != ""), "")


def _of_policies(runs: DataFrame, policies: Sequence[str], folder: Path) -> DataFrame:
    from marketsim.scenario.paths import no_such

    known = sorted(set(runs["policy"].astype(str)))
    for name in policies:
        if name not in known:
            raise ResultsError(f"{folder}: {no_such('policy', name, known)}")
    return runs[runs["policy"].astype(str).isin(list(policies))] if policies else runs


def _facts(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Return what identifies a study; of one without results what is known of how it was begun."""
    from marketsim.results.storage.inventory import begun_of

    known = manifest or begun_of(folder)
    libraries = ", ".join(f"{name} {number}" for name, number in known.get("libraries", {}).items())
    return {
        "scenario": known.get("source", ""),
        "hash": known.get("hash", ""),
        "seed": known.get("seed", ""),
        "command": known.get("command", ""),
        "marketsim": known.get("marketsim", ""),
        "python": ", ".join(part for part in (known.get("python", ""), libraries) if part),
        "data": ", ".join(known.get("data_files", {})),
    }


def _runs_table(runs: DataFrame) -> Table:
    """Return the number of runs by kind and status: main runs, references, checks, and those of questions."""
    statuses = ("done", "failed", "not_run")
    table = plain_table(
        [("runs", "left"), ("planned", "right"), ("done", "right"), ("failed", "right"), ("not run", "right")]
    )
    labels = zip(*(runs[name].astype(str) for name in ("policy", "check", "status")), strict=True)
    found = [(_kind(policy, check), status) for policy, check, status in labels]
    for kind in _KINDS:
        of_kind = [status for name, status in found if name == kind]
        if of_kind:
            table.add_row(kind, f"{len(of_kind):,}", *(f"{of_kind.count(status):,}" for status in statuses))
    return table


def _kind(policy: str, check: str) -> str:
    if check:
        return _KINDS[2] if check.endswith(("=low", "=high")) else _KINDS[3]
    return _KINDS[1] if policy.startswith("base, tiers of ") else _KINDS[0]


def _show_failures(screen: Console, folder: Path, runs: DataFrame, *, every: bool) -> None:
    failed = runs[runs["status"].astype(str) == "failed"]
    if every and not len(failed):
        say(screen, "no run failed")
    shown = failed if every else failed.head(_MOST_FAILURES)
    columns = (shown[name].astype(str) for name in ("run", "policy", "replication", "check", "error"))
    for run, policy, world, check, error in zip(*columns, strict=True):
        what = f"{policy} in world {world}{f', {check}' if check else ''}"
        say(screen, "", f"{run[:SHORT]} failed: {what}", f"  {error}")
        say(screen, f"  make it again:  {replay_command(folder, run)}")
    if len(shown) < len(failed):
        say(screen, "", f"{len(failed) - len(shown)} more runs failed; --failed shows them all")


def _figures(folder: Path, manifest: dict[str, Any], asked: Asked) -> Table:
    """Return key figures of the focus retailer as a whole, a row per policy, with the difference from the base."""
    from marketsim.results.storage.store import SUMMARY_FILE, load
    from marketsim.results.tables import ALL
    from marketsim.scenario.paths import no_such

    if not (folder / SUMMARY_FILE).exists():
        raise ResultsError(f"{folder} has no {SUMMARY_FILE} from which key figures could be shown")
    summary, focus = load(folder).summary, str(manifest["scenario"]["focus"])
    rows = summary[(summary["retailer"] == focus) & (summary["segment"] == ALL) & (summary["tier"] == ALL)]
    known = sorted(set(rows["kpi"]))
    for name in asked.kpis:
        if name not in known:
            raise ResultsError(f"--kpi {name}: {no_such('key figure', name, known)}")
    names = ("kpi", "policy", "worlds", "mean", "95 %", "difference", "95 %", "chance of more")
    table = plain_table([(name, "left" if name in ("kpi", "policy") else "right") for name in names])
    for name in asked.kpis:
        for row in rows[
            (rows["kpi"] == name) & rows["policy"].isin(list(asked.policies or rows["policy"]))
        ].itertuples():
            cells = (f"{name} [{row.unit}]", row.policy, str(row.n), _number(row.mean), _span(row.low, row.high))
            more = (_number(row.diff), _span(row.diff_low, row.diff_high), _number(row.p_better))
            table.add_row(*(Text(str(cell)) for cell in (*cells, *more)))
    return table


def _number(value: Any) -> str:
    return "" if value != value else f"{value:,.6g}"


def _span(low: Any, high: Any) -> str:
    return "" if low != low else f"{low:,.6g} to {high:,.6g}"


def _tables_table(folder: Path) -> Table:
    """Return the files of a study with their rows and size."""
    table = plain_table([("table", "left"), ("rows", "right"), ("size", "right")])
    files = [*sorted(folder.glob("*.csv")), *sorted(folder.glob("*.parquet")), *sorted(folder.glob("tables/*.parquet"))]
    for path in files:
        name = path.relative_to(folder).as_posix()
        table.add_row(Text(name), f"{_rows_of(path):,}", size_text(path.stat().st_size))
    return table


def _rows_of(path: Path) -> int:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if path.suffix == ".parquet":
            return int(pq.read_metadata(path).num_rows)
        return len(pd.read_csv(path, usecols=[0], dtype="str", encoding="utf-8"))
    except (OSError, ValueError, pa.ArrowException) as error:
        raise ResultsError(f"{path} is missing or broken: {error}") from error
