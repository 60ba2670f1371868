"""A pricing rule of one's own: follow the market, but do not follow it down while customers stay.

marketsim calls the function once in every review. `view` shows what the retailer can know (docs/strategies.md lists it
all); what the function returns is what changes. Parameters come from the scenario file.
"""


def decide(view, discount=2.0, least_margin=4.0, patience=0.98):
    """Aim a little below the rivals' mean, yet above cost; wait as long as hardly anybody leaves."""
    if kept_share(view) > patience:
        return None

    prices = {}
    for name, offer in view.offers.items():
        rivals = [
            rival.mean[segment] for rival in view.rivals.values() for segment in offer.segments if segment in rival.mean
        ]
        if rivals:
            market = sum(rivals) / len(rivals)
            prices[name] = max(offer.cost_cny_per_mwh + least_margin, market - discount)
    return {"prices": prices}


def kept_share(view):
    """Return own customers now over those at the last review."""
    since, _ = view.since_reviews()
    before, now = since[0].books["customers"], since[-1].books["customers"]
    return now / before if before else 0.0
