"""Indices: name order, whatever the order in the file, and the offers of base and policy together."""

from __future__ import annotations

from typing import Any

from tests.markets import lively

from marketsim.market.draws import name_key
from marketsim.market.frame import build_frame
from marketsim.scenario.study import Study


def backwards(study: Study) -> Study:
    """Return the same study with everything named in the opposite order."""

    def turned(value: dict[str, Any]) -> dict[str, Any]:
        return dict(reversed(value.items()))

    retailers = {
        name: retailer.model_copy(update={"offers": turned(retailer.offers), "levers": turned(retailer.levers)})
        for name, retailer in turned(study.retailers).items()
    }
    market = study.market.model_copy(update={"regions": turned(study.market.regions)})
    return study.model_copy(update={"retailers": retailers, "segments": turned(study.segments), "market": market})


def test_indices_are_in_name_order() -> None:
    study = lively().study
    frame = build_frame(backwards(study), backwards(study))
    assert frame.retailers == ("Alpha", "Beta", "Gamma")
    assert frame.segments == ("homes", "shops", "works")
    assert frame.regions == ("town", "village")
    assert frame.default_supplier == 3
    assert frame.offers == build_frame(study, study).offers


def test_keys_are_those_of_the_names() -> None:
    study = lively().study
    frame = build_frame(study, study)
    assert frame.retailer_keys.tolist() == [int(name_key(f"retailer {name}")) for name in frame.retailers]
    assert frame.offer_keys.tolist() == [int(name_key(f"offer {name} {offer}")) for name, offer in frame.offers]
    assert len(set(frame.offer_keys.tolist())) == len(frame.offers)


def test_the_offers_of_base_and_policy_together() -> None:
    base = lively().study
    bargain = {"kind": "fixed", "price_cny_per_mwh": 470}
    policy = lively({"retailers.Beta.offers": {"share": None, "bargain": bargain}}).study
    frame = build_frame(base, policy)
    assert [offer for offer in frame.offers if offer[0] == "Beta"] == [
        ("Beta", "bargain"),
        ("Beta", "blocks"),
        ("Beta", "share"),
    ]
    assert build_frame(policy, base).offers == frame.offers
