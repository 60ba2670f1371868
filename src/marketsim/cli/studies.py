"""`marketsim results list`: which studies there are, and how far each of them is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from marketsim.cli.screen import console, plain_table, say, size_text


def list_studies(folder: Path, *, as_json: bool) -> int:
    """Show the studies in a folder, one in a row.

    Returns:
        The exit code, 0.

    Raises:
        ResultsError: there is no such folder.
    """
    from marketsim.experiments.workplace import at_work
    from marketsim.results.storage.inventory import state_of, studies_in

    screen = console()
    places = studies_in(folder)
    rows = [{**asdict(state_of(place)), "at_work": at_work(place)} for place in places]
    if as_json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    elif rows:
        screen.print(_studies_table(rows))
        for row in rows:
            if row["note"]:
                say(screen, f"{row['folder']}: {row['note']}")
    else:
        say(screen, f"there are no studies in {folder}")
    return 0


def _studies_table(rows: Sequence[dict[str, Any]]) -> Table:
    numbers: list[tuple[str, JustifyMethod]] = [
        (name, "right") for name in ("done", "failed", "stored", "seed", "size")
    ]
    table = plain_table([("study", "left"), ("question", "left"), ("status", "left"), *numbers])
    table.add_column("hash", no_wrap=True)
    table.add_column("written", no_wrap=True)
    for row in rows:
        done = f"{row['done']:,}" + (f" of {row['planned']:,}" if row["planned"] is not None else "")
        status = row["status"] + (", at work" if row["at_work"] else "")
        seed = "" if row["seed"] is None else str(row["seed"])
        cells = (
            Path(row["folder"]).name,
            row["question"],
            status,
            done,
            f"{row['failed']:,}",
            f"{row['stored']:,}",
            seed,
        )
        table.add_row(*map(Text, (*cells, size_text(row["bytes"]), row["hash"], row["written"])))
    return table
