"""Sweeps: levers and uncertainties that are varied together, by a named design of points."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from marketsim.scenario.fields import Name, Section, number, setting
from marketsim.scenario.questions import PathText
from marketsim.scenario.replications import Replications

MOST_POINTS = 100_000
"""Largest number of points of a sweep."""
SAMPLED = ("latin_hypercube", "sobol", "morris")
"""Designs that draw their points."""
LISTED = ("list", "table")
"""Designs whose points are written out one by one."""
LEAST_MASS = 1e-4
"""Smallest share of a distribution that its range may hold."""

_PARAMETERS = {"normal": ("mean", "sd"), "lognormal": ("mean", "sd"), "triangular": ("mode",)}
"""What each distribution needs besides its range."""


def _parameter(meaning: str, low: float = -1e12) -> Any:
    return number(None, unit="that of the path", meaning=meaning, source="the user", low=low, high=1e12)


def is_number(value: Any) -> bool:
    """Return whether a value is a finite number that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


class Axis(Section):
    """A number or a choice of the scenario that is varied; one value for all its paths."""

    path: PathText | None = setting(None, meaning="Path of what is varied.")
    paths: Annotated[tuple[PathText, ...], Field(strict=False, min_length=1)] | None = setting(
        None, meaning="Paths that all get the same value."
    )
    scaled: dict[PathText, Annotated[float, Field(ge=-1e12, le=1e12)]] | None = setting(
        None, meaning="Paths that get the value times a factor of their own.", min_length=1
    )
    values: Annotated[tuple[Any, ...], Field(strict=False, min_length=1)] | None = setting(
        None, meaning="Values that it takes; where points are drawn, each with the same chance."
    )
    range: Annotated[tuple[float, float], Field(strict=False)] | None = setting(
        None, meaning="Smallest and largest value, where points are drawn."
    )
    distribution: Literal["uniform", "log_uniform", "normal", "lognormal", "triangular"] = setting(
        "uniform",
        meaning="How values are spread over the range, to which each distribution is cut.",
        source="ASSUMPTION: no value of the range is likelier than another",
    )
    mean: float | None = _parameter("Mean of a normal or lognormal distribution before it is cut to the range.")
    sd: float | None = _parameter("Standard deviation of a normal or lognormal distribution before it is cut.", 1e-12)
    mode: float | None = _parameter("Likeliest value of a triangular distribution.")

    @model_validator(mode="after")
    def _complete(self) -> Axis:
        message = self._path_fault() or self._range_fault() or self._distribution_fault()
        if message:
            raise ValueError(message)
        return self

    def factors(self) -> dict[str, float | None]:
        """Return the paths that it changes, each with the factor of the value; None where it is the value itself."""
        if self.scaled is not None:
            return dict(self.scaled)
        return dict.fromkeys(self.paths or (self.path or "",))

    def changes(self, value: Any) -> dict[str, Any]:
        """Return what a value changes: each path and what is set there."""
        return {path: value if factor is None else value * factor for path, factor in self.factors().items()}

    def _path_fault(self) -> str:
        given = [name for name in ("path", "paths", "scaled") if getattr(self, name) is not None]
        if len(given) != 1:
            return f"needs one of path, paths and scaled; it has {' and '.join(given) or 'none of them'}"
        if self.paths is not None and len(set(self.paths)) < len(self.paths):
            return "names a path twice"
        if self.scaled is not None and 0 in self.scaled.values():
            return "a factor of 0 would leave nothing to vary"
        return ""

    def _range_fault(self) -> str:
        if self.values is not None and self.range is not None:
            return "has both values and range; leave one of them out"
        if self.range is None:
            given = [name for name in ("mean", "sd", "mode") if getattr(self, name) is not None]
            return f"{given[0]} belongs to a distribution over a range; give range: [low, high]" if given else ""
        low, high = self.range
        return "" if low < high else "the low value of the range must be less than the high one"

    def _distribution_fault(self) -> str:
        if self.range is None:
            spread = self.distribution != "uniform"
            return f"{self.distribution} is spread over a range; give range: [low, high]" if spread else ""
        needed = _PARAMETERS.get(self.distribution, ())
        for name in ("mean", "sd", "mode"):
            if (getattr(self, name) is None) == (name in needed):
                what = "needs" if name in needed else "has no"
                return f"the distribution {self.distribution} {what} {name}"
        if self.distribution in ("log_uniform", "lognormal") and self.range[0] <= 0:
            return f"the distribution {self.distribution} has positive values only; the range must begin above 0"
        return self._shape_fault(*self.range)

    def _shape_fault(self, low: float, high: float) -> str:
        if self.distribution == "triangular" and not low <= (self.mode or 0) <= high:
            return "mode must lie within the range"
        if self.distribution == "lognormal" and (self.mean or 0) <= 0:
            return "the mean of a lognormal distribution must be positive"
        if self.distribution in ("normal", "lognormal") and self._mass(low, high) < LEAST_MASS:
            return f"the range holds less than {LEAST_MASS:.2%} of the distribution; move its mean or widen the range"
        return ""

    def _mass(self, low: float, high: float) -> float:
        """Return the share of a normal or lognormal distribution that lies within the range."""
        centre, spread = self.normal()
        if self.distribution == "lognormal":
            low, high = math.log(low), math.log(high)
        below, above = ((end - centre) / spread / math.sqrt(2) for end in (low, high))
        if below > 0:
            return (math.erfc(below) - math.erfc(above)) / 2
        return (math.erfc(-above) - math.erfc(-below)) / 2

    def normal(self) -> tuple[float, float]:
        """Return mean and standard deviation of a normal distribution; of a lognormal one those of its logarithm."""
        mean, sd = self.mean or 0.0, self.sd or 1.0
        if self.distribution == "normal":
            return mean, sd
        variance = math.log1p((sd / mean) ** 2)
        return math.log(mean) - variance / 2, math.sqrt(variance)


class Sweep(Section):
    """Policies compared with the base at many points: combinations of values of levers and uncertainties."""

    design: Literal["grid", "list", "zip", "table", "latin_hypercube", "sobol", "morris"] = setting(
        meaning="How the points are made: all combinations, written out, values side by side, from a CSV, or drawn."
    )
    policies: Annotated[tuple[Name, ...], Field(strict=False, min_length=1)] | None = setting(
        None, meaning="The policies compared with the base; all if left out."
    )
    samples: int | None = number(
        None,
        unit="1",
        meaning="Points of a Latin hypercube, base samples of a Sobol design (a power of 2), trajectories of a Morris design.",
        source="the user",
        low=1,
        high=MOST_POINTS,
    )
    levels: int = number(
        4,
        unit="1",
        meaning="Levels of a Morris design; an even number.",
        source="Campolongo, Cariboni & Saltelli 2007",
        low=2,
        high=1000,
    )
    second_order: bool = setting(
        False, meaning="Whether a Sobol design also finds what pairs do together; it then has nearly twice the points."
    )
    seed: int | None = number(
        None,
        unit="1",
        meaning="Seed of the points; that of the run if left out.",
        source="the user",
        low=0,
        high=2**63 - 1,
    )
    with_run: bool = setting(True, meaning="Whether `marketsim run` carries it out as well.")
    replications: Replications | None = Field(
        None,
        description="Worlds at each point; those of the run if left out.",
        json_schema_extra={"unit": "runs", "source": "the user"},
    )
    levers: dict[Name, Axis] = setting(
        {}, meaning="What somebody decides, by a label of your own: changed under the policies, while the base stays."
    )
    uncertainties: dict[Name, Axis] = setting(
        {}, meaning="What nobody decides, by a label of your own: changed in the base and under the policies alike."
    )
    points: Annotated[tuple[dict[Name, Any], ...], Field(strict=False)] = setting(
        (), meaning="Points of the design list: for each the value of every label."
    )
    table: str | None = setting(
        None, meaning="CSV of the design table: a column for every label, a row for every point.", max_length=1000
    )

    def axes(self) -> dict[str, Axis]:
        """Return levers and uncertainties by label, levers first."""
        return {**self.levers, **self.uncertainties}

    def size(self, rows: int = 0) -> int:
        """Return the number of points; `rows` is that of the table."""
        axes, samples = self.axes().values(), self.samples or 0
        lengths = [len(axis.values or ()) for axis in axes]
        match self.design:
            case "grid":
                return math.prod(lengths) if lengths else 0
            case "zip":
                return min(lengths, default=0)
            case "list":
                return len(self.points)
            case "table":
                return rows
            case "latin_hypercube":
                return samples
            case "sobol":
                return samples * (2 + len(axes) * (2 if self.second_order else 1))
            case "morris":
                return samples * (1 + len(axes))
