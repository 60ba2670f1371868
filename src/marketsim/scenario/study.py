"""The whole of a scenario file: a market, its retailers, and the policies to compare."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from marketsim.scenario.adaptation import Adaptation
from marketsim.scenario.behaviour import Behaviour
from marketsim.scenario.credit import Credit
from marketsim.scenario.customers import Segment
from marketsim.scenario.demand import Demand
from marketsim.scenario.environment import Market
from marketsim.scenario.events import Event
from marketsim.scenario.fields import Name, Section, number, part, setting, text
from marketsim.scenario.information import Information
from marketsim.scenario.portraits import TagRule
from marketsim.scenario.questions import BreakEven, Budget
from marketsim.scenario.reliability import Reliability
from marketsim.scenario.replications import Replications, Until, first_worlds, most_worlds, stopping
from marketsim.scenario.report_settings import ReportSettings
from marketsim.scenario.retailers import Retailer
from marketsim.scenario.service import LeverDefinition
from marketsim.scenario.settlement import Settlement
from marketsim.scenario.shown import Shown
from marketsim.scenario.sweep import Sweep
from marketsim.scenario.word_of_mouth import WordOfMouth

Path = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class RunSettings(Section):
    """How long, how often and with how many agents a study is run."""

    months: int = number(60, unit="months", meaning="Length of a run.", source="the user", low=1, high=1200)
    warmup_months: int = number(
        12,
        unit="months",
        meaning="Months before policies begin; base and policies are identical until then.",
        source="one contract year",
        low=0,
        high=1199,
    )
    evaluate_from_month: int | None = number(
        None,
        unit="months",
        meaning="First month that counts in the results; by default one contract year after policies begin.",
        source="the first year is transition",
        low=0,
        high=1199,
    )
    seed: int = number(1, unit="1", meaning="Seed of all draws.", source="the user", low=0, high=2**63 - 1)
    replications: Replications = Field(
        20,
        description="Worlds in which base and policies are compared; or until: as many as it takes to know a difference.",
        json_schema_extra={"unit": "runs", "source": "the user"},
    )
    check_replications: int = number(
        4,
        unit="runs",
        meaning="Worlds for each end of each assumption; 0 leaves the assumption checks out.",
        source="the user",
        low=0,
        high=1000,
    )
    discount_rate: float = number(
        0.08,
        unit="1/year",
        meaning="Rate at which later profit is discounted in net present value and lifetime value.",
        source="ASSUMPTION: of the order of a utility's cost of capital",
        low=0,
        high=1,
        plausible=(0.05, 0.12),
    )
    agents: Annotated[int, Field(ge=1, le=20_000_000)] | Literal["all"] = setting(
        5000,
        meaning="Simulated customers over all segments, each standing for several real ones where a segment is larger; or all.",
    )

    def first_worlds(self) -> int:
        """Return the number of worlds to begin with."""
        return first_worlds(self.replications)

    def most_worlds(self) -> int:
        """Return the largest number of worlds that there can be."""
        return most_worlds(self.replications)

    def stopping(self) -> Until | None:
        """Return when there are worlds enough; None where their number is given."""
        return stopping(self.replications)

    def first_evaluated_month(self) -> int:
        """Return the first month (counted from 0) whose values enter the summary."""
        if self.evaluate_from_month is not None:
            return self.evaluate_from_month
        return min(self.warmup_months + 12, max(self.warmup_months, self.months - 1))


class Matrix(Section):
    """Policies in two ways: every row is combined with every column, and the policy is called `row x column`."""

    rows: dict[Name, dict[Path, Any]] = setting({}, meaning="Named changes, as in policies.")
    columns: dict[Name, dict[Path, Any]] = setting({}, meaning="Named changes, as in policies; often those of rivals.")


class Study(Section):
    """A scenario file after `extends` has been followed."""

    title: str = text("", meaning="Short title of the study.")
    question: str = text("", meaning="The question that the study answers, in one sentence.")
    expectation: str = text("", meaning="What theory expects, shown beside the answer.")
    focus: Name = setting(meaning="The retailer whose decision it is.")
    run: RunSettings = part(RunSettings, meaning="Length, replications, agents, seed.")
    market: Market = part(Market, meaning="Prices, regions and rules that all face.")
    segments: dict[Name, Segment] = setting(meaning="Customer types by name.", min_length=1)
    behaviour: Behaviour = part(Behaviour, meaning="How customers experience, compare and choose.")
    information: Information = part(Information, meaning="Records, surveys and breaches.")
    tags: dict[Name, TagRule] = setting(
        {}, meaning="Customer portraits: tags by name, as rules over recorded attributes."
    )
    reliability: Reliability = part(Reliability, meaning="Outages and restoration.")
    demand: Demand = part(Demand, meaning="What customers consume.")
    word_of_mouth: WordOfMouth = part(WordOfMouth, meaning="Awareness, beliefs and talk.")
    credit: Credit = part(Credit, meaning="Late payment and default.")
    settlement: Settlement = part(Settlement, meaning="Forecast errors and deviation penalties.")
    adaptation: Adaptation = part(Adaptation, meaning="Entry, exit and imitation.")
    levers: dict[Name, LeverDefinition] = setting(meaning="Catalogue of service levers.")
    retailers: dict[Name, Retailer] = setting(meaning="Competing retailers by name.", min_length=1)
    policies: dict[Name, dict[Path, Any]] = setting(
        {},
        meaning="Named changes to the base that begin after the warm-up: path of a retailer's field, and its new value.",
    )
    factors: dict[Name, dict[Path, Any]] = setting(
        {},
        meaning="Named changes of which all combinations become policies, their names joined by +; at most 5; shows whether measures add up.",
    )
    matrix: Matrix = part(Matrix, meaning="Two lists of changes, of which every pair becomes a policy.")
    show: Annotated[tuple[Shown, ...], Field(strict=False)] = setting(
        (), meaning="Key figures that tables and charts of policies show, in this order; a usual choice when left out."
    )
    break_even: dict[Name, BreakEven] = setting(
        {}, meaning="Named questions: at which value of a number a policy is worth as much as the base."
    )
    budget: dict[Name, Budget] = setting({}, meaning="Named comparisons of policies at equal money.")
    sweep: dict[Name, Sweep] = setting(
        {}, meaning="Named sweeps: policies compared with the base at many combinations of levers and uncertainties."
    )
    events: Annotated[tuple[Event, ...], Field(strict=False)] = setting(
        (), meaning="What happens to the market and when."
    )
    assumptions: dict[Path, Annotated[tuple[float, float], Field(strict=False)]] = setting(
        {},
        meaning="Uncertain inputs with a low and a high value: base and policies are repeated at both ends, to see whether the answer holds.",
    )
    report: ReportSettings = part(ReportSettings, meaning="What reports show, in which language, currency and colours.")
