"""Where results are: the folder of a study that a user names."""

from __future__ import annotations

from pathlib import Path

from marketsim.errors import ResultsError

RESULTS = Path("results")
"""Where results are put, and looked for by name."""


def study_folder(name: str) -> Path:
    """Return the folder of a study that is named by its path, or by its name below ``results``.

    Raises:
        ResultsError: there is none.
    """
    from marketsim.results.storage.inventory import is_study

    places = [place for place in (Path(name), RESULTS / name) if place.is_dir()]
    for place in places:
        if is_study(place):
            return place
    if places:
        raise ResultsError(f"{places[0]} holds no marketsim results")
    raise ResultsError(f"there is no results folder {name}, neither here nor in {RESULTS}")
