from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.scenario.files import STUDY, write

from marketsim.errors import ScenarioError
from marketsim.scenario.editor_schema import editor_schema
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.outline import leaves
from marketsim.scenario.parameters_page import parameters_page
from marketsim.scenario.reference import explain
from marketsim.scenario.starter import starter_text, write_starter


def test_a_parameter() -> None:
    assert (
        explain("segments.switching_cost")
        == """\
segments.*.switching_cost
  Hassle of changing the retailer (kappa).
  value      number from 0 to 100
  unit       logits
  default    none; it must be given
  source     ASSUMPTION
  cn_guangdong: commercial 1, energy_intensive 0.5, high_tech 0.7, large_industrial 0.5, sme_industrial 0.8
  full_choice: commercial 1, energy_intensive 0.5, high_tech 0.7, large_industrial 0.5, residential 1.5, \
sme_industrial 0.8"""
    )


@pytest.mark.parametrize(
    "path", ["retailers.desks.contact", "retailers.*.desks.contact", "retailers.Alpha.desks.contact"]
)
def test_names_may_be_left_out(path: str) -> None:
    assert "  handle_minutes            Mean time to handle one request. [minutes, default 30]" in explain(path)


def test_a_section_with_variants_lists_what_they_share_once() -> None:
    text = explain("retailers.offers")
    assert text.count("term_months") == 1
    assert "kind: linked: The wholesale price of the month plus a fee." in text


def test_the_top() -> None:
    assert "retailers" in explain()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("retailers.desk", "unknown field desk; did you mean desks?"),
        ("segments.switching", "unknown field switching; did you mean switching_cost?"),
        ("segments.switching_costs", "unknown field switching_costs; did you mean switching_cost?"),
        ("discipline", "no discipline here; there is retailers.*.desks.contact.discipline, "),
        ("run.months.x", "nothing can stand below this value"),
    ],
)
def test_paths_that_lead_nowhere(path: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        explain(path)
    assert caught.value.problems[0].message.startswith(message)


def test_every_parameter_stands_on_the_page() -> None:
    page = parameters_page()
    for path, shape in leaves():
        if path[-1] not in ("kind", "type"):
            assert f"| `{path[-1]}` |" in page, path
            assert shape.meaning, path


def test_every_path_of_the_schema_can_be_explained() -> None:
    for path, _ in list(leaves())[::8]:
        assert explain(".".join(path)).splitlines()[0].removesuffix(".*") == ".".join(path)


def test_every_number_has_a_unit_a_range_and_a_source() -> None:
    for path, shape in leaves():
        if shape.kind in ("number", "whole") and not shape.choices:
            assert shape.extra("unit"), path
            assert shape.extra("source"), path
            assert None not in shape.bounds, path


def test_the_schema_for_editors() -> None:
    schema = json.loads(json.dumps(editor_schema()))
    assert next(iter(schema["properties"])) == "extends"
    assert schema["properties"]["focus"]["description"]
    assert '"required"' not in json.dumps(schema)
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("market", ["cn_guangdong", "full_choice"])
def test_the_starter_loads(tmp_path: Path, market: str) -> None:
    path = tmp_path / "my: study.yaml"
    write_starter(str(path), market)
    study = load_scenario(path).study
    assert study.title == "My: study"
    assert list(study.policies) == ["lane", "lane_and_staff", "discount"]


def test_the_starter_never_overwrites(tmp_path: Path) -> None:
    path = write(tmp_path, STUDY)
    with pytest.raises(ScenarioError, match="exists already; choose another name"):
        write_starter(str(path), "cn_guangdong")
    assert path.read_text(encoding="utf-8") == STUDY


def test_the_starter_needs_a_market() -> None:
    with pytest.raises(ScenarioError, match="there is no shipped market x; there are cn_guangdong, full_choice"):
        starter_text("f.yaml", "x")


def test_the_page_in_docs_is_up_to_date() -> None:
    path = Path(__file__).parents[2] / "docs" / "parameters.md"
    assert path.read_text(encoding="utf-8") == parameters_page(), "run `make docs`"
