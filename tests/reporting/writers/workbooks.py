"""Workbooks as tests want them: written from results, opened with formulas and with values, computed anew."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
from openpyxl.utils import range_boundaries

from marketsim.reporting.edition import printed_in
from marketsim.reporting.paper.build import build_paper
from marketsim.reporting.paper.material import Wishes
from marketsim.reporting.paper.model import Paper
from marketsim.reporting.view import StudyData
from marketsim.reporting.writers.xlsx import write_xlsx

SOFFICE = shutil.which("soffice")
_COMPUTE_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value>
</prop></item></oor:items>
"""


@dataclass(frozen=True)
class Opened:
    """A workbook with its formulas and with its stored values."""

    path: Path
    formulas: Any
    values: Any

    def rows(self, sheet: str, first: int = 5) -> list[tuple[Any, ...]]:
        """Return the values of a sheet from a row on, counted from 1."""
        return [tuple(row) for row in self.values[sheet].iter_rows(min_row=first, values_only=True)]

    def computed(self) -> Iterator[tuple[str, str]]:
        """Yield sheet and cell of every formula."""
        for sheet in self.formulas.worksheets:
            for row in sheet.iter_rows():
                yield from ((sheet.title, cell.coordinate) for cell in row if cell.data_type == "f")

    def texts(self) -> Iterator[str]:
        """Yield every text in every cell."""
        for sheet in self.formulas.worksheets:
            for row in sheet.iter_rows():
                yield from (cell.value for cell in row if cell.data_type == "s" and cell.value)

    def charts(self) -> list[str]:
        """Return the charts as XML."""
        with zipfile.ZipFile(self.path) as file:
            names = [name for name in file.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
            return [file.read(name).decode("utf-8") for name in sorted(names, key=lambda name: (len(name), name))]

    def cells(self, reference: str) -> list[Any]:
        """Return the values of cells that a chart refers to."""
        sheet, _, area = reference.rpartition("!")
        left, top, right, bottom = range_boundaries(area)
        found = self.values[sheet.strip("'").replace("''", "'")]
        return [found.cell(row, column).value for row in range(top, bottom + 1) for column in range(left, right + 1)]


def write(paper: Paper, results: StudyData, path: Path) -> Opened:
    """Write a paper as a workbook and open it."""
    with printed_in(paper.edition):
        write_xlsx(paper, results, path)
    return opened(path)


def opened(path: Path) -> Opened:
    """Open a workbook twice: with formulas, and with values."""
    return Opened(path, openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True))


def paper_of(results: StudyData, language: str = "en", **wishes: Any) -> Paper:
    """Return the paper of results without charts, which other tests look at."""
    with patch("marketsim.reporting.paper.build.draw_all", return_value=[]):
        return build_paper(results, replace(Wishes(language=language), **wishes))


def computed_anew(path: Path, folder: Path) -> Opened:
    """Return a workbook as LibreOffice computes it."""
    profile, out = folder / "profile", folder / "computed"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_COMPUTE_ALWAYS, encoding="utf-8")
    assert SOFFICE is not None
    command = [SOFFICE, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=180)
    return opened(out / path.name)
