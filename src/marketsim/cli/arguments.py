"""The arguments and options that several commands share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from marketsim.errors import Problem, ScenarioError
from marketsim.scenario.paths import no_such

if TYPE_CHECKING:
    from marketsim.experiments.settings import Settings

File = Annotated[str, typer.Argument(metavar="FILE", help="Scenario file (YAML).")]
Agents = Annotated[str | None, typer.Option(metavar="NUMBER|all", help="Simulated customers.")]
Replications = Annotated[int | None, typer.Option(help="Worlds in which base and policies are compared.")]
Months = Annotated[int | None, typer.Option(help="Length of a run.")]
Seed = Annotated[int | None, typer.Option(help="Seed of all draws.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a value of the scenario; repeatable."),
]
NoChecks = Annotated[bool, typer.Option("--no-checks", help="Do not repeat the runs at the ends of assumptions.")]

Jobs = Annotated[int | None, typer.Option(min=1, help="Runs at the same time; all cores by default.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads of one run.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the results.")]
ExecutorName = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="serial|loky|dask|mpi",
        help="Who carries out runs; processes of this machine (loky) by default.",
    ),
]
Scheduler = Annotated[
    str | None, typer.Option(metavar="tcp://HOST:PORT", help="Address of a Dask scheduler; implies --executor dask.")
]
TimeLimit = Annotated[str | None, typer.Option(metavar="90s|5min|2h", help="Time that one run may take.")]
MemoryLimit = Annotated[str | None, typer.Option(metavar="500MB|2GB", help="Memory that one run may use.")]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Run again what failed before.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say how many runs, how long and how much disk; run nothing.")]

Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="html,pptx,xlsx,docx,png,svg,csv",
        help="Formats of the report, joined by commas; those of the scenario by default.",
    ),
]
Language = Annotated[str | None, typer.Option("--lang", metavar="en|zh", help="Language of the report.")]
Template = Annotated[
    Path | None, typer.Option(metavar="PPTX", help="PowerPoint file whose layouts the slides of the report take.")
]
Title = Annotated[str | None, typer.Option(help="Title of the report; the question of the study by default.")]
Author = Annotated[str | None, typer.Option(help="Who hands the report in.")]
View = Annotated[
    str | None, typer.Option(metavar="RETAILER", help="Whose view the report takes; the focus retailer by default.")
]


@dataclass(frozen=True)
class Execution:
    """How runs are carried out, as options say.

    Attributes:
        jobs: runs at the same time; all cores when None.
        threads: threads of one run.
        out: folder of the results; one named after the study when None.
        executor: who carries out runs; None leaves it to the number of jobs.
        scheduler: address of a Dask scheduler.
        time_limit: time that one run may take, as text.
        memory_limit: memory that one run may use, as text.
        retry_failed: whether runs that failed before are run again.
        dry_run: whether nothing is run.
    """

    jobs: int | None = None
    threads: int | None = None
    out: Path | None = None
    executor: str | None = None
    scheduler: str | None = None
    time_limit: str | None = None
    memory_limit: str | None = None
    retry_failed: bool = False
    dry_run: bool = False

    def settings(self) -> Settings:
        """Return the same for `experiments.study`.

        Raises:
            ScenarioError: a limit cannot be understood, or there is no such executor.
        """
        from marketsim.cli.screen import command_line
        from marketsim.experiments.amounts import parse_duration, parse_size
        from marketsim.experiments.executors import EXECUTORS
        from marketsim.experiments.runs import Limits
        from marketsim.experiments.settings import Settings

        if self.executor is not None and self.executor not in EXECUTORS:
            message = no_such("executor", self.executor, EXECUTORS)
            raise ScenarioError([Problem("--executor", message)], "the command")
        limits = Limits(
            None if self.time_limit is None else parse_duration(self.time_limit),
            None if self.memory_limit is None else parse_size(self.memory_limit),
        )
        executor = "dask" if self.executor is None and self.scheduler is not None else self.executor
        return Settings(
            self.jobs, self.threads or 1, command_line(), executor, self.scheduler, limits, self.retry_failed
        )


@dataclass(frozen=True)
class Scale:
    """How large a study is, as options say; None leaves it as the scenario has it.

    Attributes:
        agents: simulated customers, or ``all``.
        replications: worlds.
        months: length of a run.
        seed: seed of all draws.
    """

    agents: str | None = None
    replications: int | None = None
    months: int | None = None
    seed: int | None = None

    def options(self) -> dict[str, Any]:
        """Return the same by name, for `cli.options.load_with_options`."""
        return {name: getattr(self, name) for name in ("agents", "replications", "months", "seed")}
