"""The table of main effects and interactions of a study's factors."""

from __future__ import annotations

from marketsim.reporting.estimates import Verdict, verdict
from marketsim.reporting.factorial import Additivity, Effect, additivity
from marketsim.reporting.table import Entry, Table
from marketsim.reporting.view import StudyView

_KINDS = {
    "main": "main effect",
    "interaction": "interaction",
    "alone": "sum of effects alone",
    "together": "effect of all together",
    "gap": "difference of the two",
}
_NOTES = (
    "Main effect: what a factor changes on average over all settings of the others. Interaction: by how much more one "
    "of two changes where the other is in place. All paired in each world; ? = cannot tell.",
)


def factorial_table(view: StudyView) -> Table | None:
    """Return the effects of a study's factors, a row each; None without factors."""
    found = additivity(view)
    if not found:
        return None
    heads = ["factors", "what", *(f"{item.measure.title}, {item.scale.difference_unit}" for item in found)]
    rows = []
    for place, effect in enumerate(found[0].effects):
        entries = (_entry(item, item.effects[place]) for item in found)
        rows.append((Entry(effect.title), Entry(_KINDS[effect.kind]), *entries))
    return Table("Effects of the factors", tuple(heads), tuple(rows), (*_NOTES, view.footer))


def _entry(found: Additivity, effect: Effect) -> Entry:
    word = verdict(effect.difference)
    look = {Verdict.UP: "good", Verdict.DOWN: "bad"}.get(word, "unclear")
    text = found.text(effect) if word != Verdict.NO_CHANGE else "no change"
    return Entry(f"{text}{' ?' if word == Verdict.CANNOT_TELL else ''}", look=look)
