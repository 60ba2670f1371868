"""Why an analysis is refused is said in the language of the edition; numbers of tables stand in their entries."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest
from tests import sweeps
from tests.reporting import sweep_folders as made

from marketsim.reporting.edition import Edition, printed_in
from marketsim.reporting.overturning_words import sweep_sentences
from marketsim.reporting.sensitivity_reasons import reason_text
from marketsim.reporting.sweep_findings import findings
from marketsim.reporting.sweep_tables import lever_table, overturning_table, policy_table
from marketsim.reporting.sweep_view import Swept

ZIP = made.swept(sweeps.Plan("zip", pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 4, 9]})), lambda a, b: a)
GAPS = made.swept(made.SEVEN_FOUR_FIVE, made.lane, failed=(3, 40))
FEW = made.swept(sweeps.latin(6, made.RANGES), made.drawn)
LOST = made.swept(sweeps.morris(12, made.RANGES), made.drawn, failed=(0,))
BROKEN = made.swept(sweeps.morris(3, made.RANGES), made.drawn)


@pytest.mark.parametrize("sweep", [ZIP, GAPS, FEW, LOST, BROKEN])
def test_every_reason_that_the_results_give_has_its_chinese(sweep: Swept) -> None:
    english = findings(sweep)
    assert english.refused or english.cautions
    for text in (english.refused, *english.cautions):
        assert reason_text(text) == text, "English stays as it is"
    with printed_in(Edition(language="zh")):
        chinese = findings(sweep)
        texts = [*chinese.cautions, *([reason_text(chinese.refused)] if chinese.refused else [])]
        for text in texts:
            assert re.search("[\u4e00-\u9fff]", text), text
            assert not set(re.findall("[A-Za-z]{2,}", text)) - {"made", "up", "Morris"}, text
        assert reason_text("something else") == "something else"


def test_sentences_on_a_sweep_are_chinese() -> None:
    sweep = made.swept(
        sweeps.grid({"envy": [0.0, 0.5, 1.0], "reach": [1, 2]}), lambda e, r: 1e6 * (3 - 4 * e), chance=2e5
    )
    with printed_in(Edition(language="zh")):
        text = "".join(sweep_sentences(sweep, findings(sweep).overturn))
    assert "6 个组合中有" in text
    assert "变号" in text
    assert not set(re.findall("[A-Za-z]{2,}", text)) - {"lane", "envy", "reach"}


def test_entries_of_tables_carry_their_numbers_unrounded() -> None:
    sweep = GAPS
    (row,) = policy_table([sweep]).rows
    known = sweep.found.values[sweep.found.known]
    assert row[1].value == pytest.approx(known.mean() / 1e6)
    assert [entry.value for entry in row[2:3]] == [float(len(known))]
    table = lever_table(sweep)
    assert table is not None
    values = [line[1].value for line in table.rows]
    assert all(value is not None and math.isfinite(value) for value in values)
    assert values == sorted(values, key=lambda value: -(value or 0.0))
    overturn = overturning_table(sweep, findings(sweep).overturn)
    assert overturn is not None
    assert overturn.rows[0][3].value == pytest.approx(float(findings(sweep).overturn["low"].iloc[0]) / 1e6)
