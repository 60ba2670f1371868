"""What is shipped: markets, levers, segments and the studies."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketsim.scenario.layers import LIBRARY, MARKETS, preset_names
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.starter import tiny_market

STUDIES = Path(__file__).parents[2] / "scenarios"


@pytest.mark.parametrize("study", sorted(path.name for path in STUDIES.glob("*.yaml")))
def test_studies_load_and_say_what_they_ask(study: str) -> None:
    loaded = load_scenario(STUDIES / study).study
    assert loaded.question.endswith("?")
    assert loaded.expectation
    assert len(loaded.policies) >= 4
    assert 4 <= len(loaded.assumptions) <= 8
    assert (STUDIES / study).read_text(encoding="utf-8").startswith("# Question: ")


@pytest.mark.parametrize("study", sorted(path.name for path in STUDIES.glob("*.yaml")))
def test_the_base_lies_within_the_ends_of_every_assumption(study: str) -> None:
    from marketsim.scenario.merging import dump
    from marketsim.scenario.outline import entry
    from marketsim.scenario.paths import locate

    data = dump(load_scenario(STUDIES / study).study)
    for path, (low, high) in data["assumptions"].items():
        value = data
        for key in locate(path, data):
            value = entry(value, key)
        assert low <= value <= high, path


@pytest.mark.parametrize("name", preset_names())
def test_markets(name: str) -> None:
    study = load_scenario(MARKETS / f"{name}.yaml").study
    assert len(study.retailers) == 4
    assert sum(retailer.initial_share for retailer in study.retailers.values()) == pytest.approx(1)
    hedged = study.market.spot.mean_cny_per_mwh * (1 + study.market.forward_premium)  # type: ignore[union-attr]
    for retailer in study.retailers.values():
        for offer in retailer.offers.values():
            if offer.kind == "fixed" and "large_industrial" in (offer.segments or ()):
                assert 3 <= offer.price_cny_per_mwh - hedged <= 20


def test_every_number_of_the_library_has_its_source_in_a_comment() -> None:
    for path in [LIBRARY / "levers.yaml", *MARKETS.glob("*.yaml"), LIBRARY / "segments.yaml"]:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# ")
        assert text.count("ASSUMPTION") >= 5


def test_full_choice_has_a_million_customers() -> None:
    segments = load_scenario(MARKETS / "full_choice.yaml").study.segments
    assert sum(segment.customers for segment in segments.values()) == 1_000_000
    assert all(segment.contestable for segment in segments.values())


def test_the_tiny_market_uses_everything() -> None:
    study = load_scenario(tiny_market()).study
    offers = [offer for retailer in study.retailers.values() for offer in retailer.offers.values()]
    assert {offer.kind for offer in offers} == {"fixed", "linked", "share", "time_of_use", "block"}
    desks = [
        getattr(retailer.desks, name) for retailer in study.retailers.values() for name in ("contact", "field", "case")
    ]
    assert {desk.discipline for desk in desks} == {"fifo", "priority", "dedicated"}
