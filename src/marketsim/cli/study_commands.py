"""Commands that run the model: run, sweep, break-even, ladder, replay."""

from __future__ import annotations

from typing import Annotated

import typer

from marketsim.cli.arguments import (
    Agents,
    Author,
    Changes,
    DryRun,
    Execution,
    ExecutorName,
    File,
    Formats,
    Jobs,
    Language,
    MemoryLimit,
    Months,
    NoChecks,
    Out,
    Replications,
    RetryFailed,
    Scale,
    Scheduler,
    Seed,
    Template,
    Threads,
    TimeLimit,
    Title,
    View,
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(run)
    app.command()(sweep)
    app.command(name="break-even")(break_even)
    app.command()(ladder)
    app.command()(replay)


def run(
    file: File,
    agents: Agents = None,
    replications: Replications = None,
    months: Months = None,
    seed: Seed = None,
    changes: Changes = None,
    no_checks: NoChecks = False,
    jobs: Jobs = None,
    threads: Threads = None,
    out: Out = None,
    executor: ExecutorName = None,
    scheduler: Scheduler = None,
    time_limit: TimeLimit = None,
    memory_limit: MemoryLimit = None,
    retry_failed: RetryFailed = False,
    dry_run: DryRun = False,
    form: Formats = None,
    lang: Language = None,
    template: Template = None,
    title: Title = None,
    author: Author = None,
    view: View = None,
    profile: Annotated[bool, typer.Option("--profile", help="Show the time of each phase of the month.")] = False,
) -> None:
    """Run base and policies of a scenario, compare them, and write a report; goes on where it was interrupted."""
    from marketsim.cli.report import Wanted
    from marketsim.cli.run import run_scenario

    how = Execution(jobs, threads, out, executor, scheduler, time_limit, memory_limit, retry_failed, dry_run)
    scale = Scale(agents, replications, months, seed)
    reports = Wanted(tuple(form or ()), lang, template, title, author, view)
    raise typer.Exit(run_scenario(file, changes or [], scale, how, reports, checks=not no_checks, profile=profile))


def sweep(
    file: File,
    name: Annotated[
        list[str] | None, typer.Option("--sweep", help="Sweep of the scenario; repeatable; all by default.")
    ] = None,
    lever: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH=1,2,3|PATH=LOW:HIGH", help="Number that is varied under the policies; repeatable."),
    ] = None,
    uncertainty: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH=1,2,3|PATH=LOW:HIGH", help="The same in base and policies alike; repeatable."),
    ] = None,
    design: Annotated[
        str | None,
        typer.Option(help="grid, zip, table, latin_hypercube, sobol or morris."),
    ] = None,
    samples: Annotated[int | None, typer.Option(help="Points, base samples or trajectories that are drawn.")] = None,
    table: Annotated[
        str | None, typer.Option(metavar="CSV", help="Points, one a row; its columns are the labels.")
    ] = None,
    policy: Annotated[list[str] | None, typer.Option(help="Policy of the sweep; repeatable; all by default.")] = None,
    agents: Agents = None,
    replications: Replications = None,
    months: Months = None,
    seed: Seed = None,
    changes: Changes = None,
    jobs: Jobs = None,
    threads: Threads = None,
    out: Out = None,
    executor: ExecutorName = None,
    scheduler: Scheduler = None,
    time_limit: TimeLimit = None,
    memory_limit: MemoryLimit = None,
    retry_failed: RetryFailed = False,
    dry_run: DryRun = False,
    form: Formats = None,
    lang: Language = None,
    template: Template = None,
    title: Title = None,
    author: Author = None,
    view: View = None,
) -> None:
    """Compare policies with the base at many points of levers and uncertainties; goes on where it was interrupted."""
    from marketsim.cli.report import Wanted
    from marketsim.cli.sweep import Asked, run_sweeps

    how = Execution(jobs, threads, out, executor, scheduler, time_limit, memory_limit, retry_failed, dry_run)
    scale = Scale(agents, replications, months, seed)
    axes = (tuple(lever or ()), tuple(uncertainty or ()))
    asked = Asked(tuple(name or ()), *axes, design, samples, table, tuple(policy or ()))
    reports = Wanted(tuple(form or ()), lang, template, title, author, view)
    raise typer.Exit(run_sweeps(file, changes or [], scale, how, asked, reports))


def break_even(
    file: File,
    policy: Annotated[str | None, typer.Option(help="Policy that is compared with the base.")] = None,
    path: Annotated[str | None, typer.Option(metavar="PATH", help="Number that is varied.")] = None,
    kpi: Annotated[str | None, typer.Option(help="Key figure; profit by default.")] = None,
    span: Annotated[
        tuple[float, float] | None, typer.Option("--range", metavar="LOW HIGH", help="Values tried, from and to.")
    ] = None,
    retailer: Annotated[str | None, typer.Option(help="Whose key figure; the focus retailer by default.")] = None,
    tier: Annotated[str | None, typer.Option(help="Of which tier; all by default.")] = None,
    agents: Agents = None,
    replications: Replications = None,
    months: Months = None,
    seed: Seed = None,
    changes: Changes = None,
    jobs: Jobs = None,
    out: Out = None,
    executor: ExecutorName = None,
    scheduler: Scheduler = None,
    time_limit: TimeLimit = None,
    memory_limit: MemoryLimit = None,
    retry_failed: RetryFailed = False,
) -> None:
    """Find the value of a number at which a policy is worth as much as the base."""
    from marketsim.cli.questions import ask_break_even

    low, high = span or (None, None)
    asked = {"policy": policy, "path": path, "kpi": kpi, "retailer": retailer, "tier": tier, "low": low, "high": high}
    how = Execution(jobs, None, out, executor, scheduler, time_limit, memory_limit, retry_failed)
    raise typer.Exit(ask_break_even(file, changes or [], Scale(agents, replications, months, seed), how, asked))


def ladder(
    file: File,
    policy: Annotated[str | None, typer.Option(help="Policy whose answer is followed; the first by default.")] = None,
    agents: Agents = None,
    replications: Replications = None,
    months: Months = None,
    seed: Seed = None,
    changes: Changes = None,
    jobs: Jobs = None,
    out: Out = None,
    executor: ExecutorName = None,
    scheduler: Scheduler = None,
    time_limit: TimeLimit = None,
    memory_limit: MemoryLimit = None,
    retry_failed: RetryFailed = False,
) -> None:
    """Show what each mechanism adds to the answer: switched on one by one, and left out of the whole."""
    from marketsim.cli.questions import climb_ladder

    how = Execution(jobs, None, out, executor, scheduler, time_limit, memory_limit, retry_failed)
    raise typer.Exit(climb_ladder(file, changes or [], Scale(agents, replications, months, seed), how, policy))


def replay(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="Folder of a study, or its name below results.")],
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="Id of a run, or its first digits.")],
) -> None:
    """Run one stored run of a study again in this process, and show its error in full, or its key figures."""
    from marketsim.cli.replay import replay_run

    raise typer.Exit(replay_run(study, run_id))
