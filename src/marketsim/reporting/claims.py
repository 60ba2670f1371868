"""What kind of answer the results of a study allow."""

from __future__ import annotations

from marketsim.reporting.estimates import Verdict
from marketsim.reporting.measures import PROFIT, Measure, headline_measures
from marketsim.reporting.ranking import Ranking
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi


class Claim:
    """What kind of answer the results allow."""

    NO_RESULTS = "no results"
    NO_POLICY = "no policy"
    ONE_WORLD = "one world"
    NOTHING_CHANGES = "nothing changes"
    PAYS = "pays"
    CANNOT_TELL = "cannot tell"
    DOES_NOT_PAY = "does not pay"


def claim_of(view: StudyView, ranking: Ranking) -> str:
    """Return the kind of answer: one of the words of `Claim`."""
    if ranking.cell.verdict == Verdict.NO_INTERVAL:
        return Claim.ONE_WORLD
    if _all_equal(view):
        return Claim.NOTHING_CHANGES
    if ranking.paying:
        return Claim.PAYS
    known = {Verdict.DOWN, Verdict.NO_CHANGE}
    verdicts = {view.cell(policy, PROFIT).verdict for policy in view.policies} - {Verdict.MISSING}
    return Claim.DOES_NOT_PAY if verdicts <= known else Claim.CANNOT_TELL


def _all_equal(view: StudyView) -> bool:
    measures = (*headline_measures(view), Measure(kpi("satisfaction")))
    cells = [measure.cell(view, policy) for measure in measures for policy in view.policies]
    return {cell.verdict for cell in cells} <= {Verdict.NO_CHANGE, Verdict.MISSING, Verdict.OTHER_MEMBERS}
