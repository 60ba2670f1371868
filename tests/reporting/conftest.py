from __future__ import annotations

from pathlib import Path

import pytest
from tests.reporting.synthetic import LANES, WIDTHS, FakeResult, result_of, study_of


@pytest.fixture(scope="session")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> FakeResult:
    """Three lanes in five worlds."""
    study = study_of(LANES, months=36, replications=5)
    return result_of(study, LANES, Path(tmp_path_factory.mktemp("lanes")))


@pytest.fixture(scope="session")
def widths(tmp_path_factory: pytest.TempPathFactory) -> FakeResult:
    """A series of lanes of growing width in four worlds."""
    study = study_of(WIDTHS, months=36, replications=4)
    return result_of(study, WIDTHS, Path(tmp_path_factory.mktemp("widths")))
