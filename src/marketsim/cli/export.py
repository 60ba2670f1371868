"""`marketsim results export`: tables of a study for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketsim.cli.places import study_folder
from marketsim.cli.screen import console, say, size_text

if TYPE_CHECKING:
    from marketsim.results.storage.export import Asked


def export_study(study: str, asked: Asked) -> int:
    """Write tables of a study and say where they are.

    Args:
        study: folder of a study, or its name below ``results``.
        asked: what is exported.

    Returns:
        The exit code, 0.

    Raises:
        ResultsError: there is no such study, table or key figure, or the files cannot be written.
    """
    from marketsim.results.storage.export import export

    screen = console()
    for path in export(study_folder(study), asked):
        say(screen, f"{path}  {size_text(path.stat().st_size)}")
    return 0
