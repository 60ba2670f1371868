"""The table of main effects and interactions of a study's factors."""

from __future__ import annotations

from marketsim.reporting.estimates import Verdict, verdict
from marketsim.reporting.factorial import Additivity, Effect, additivity
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import with_unit
from marketsim.reporting.table import Entry, Table, number
from marketsim.reporting.view import StudyView

_KINDS = {
    "main": message("main effect"),
    "interaction": message("interaction"),
    "alone": message("sum of effects alone"),
    "together": message("effect of all together"),
    "gap": message("difference of the two"),
}
_NOTE = message(
    "Main effect: what a factor changes on average over all settings of the others. Interaction: by how much more one "
    "of two changes where the other is in place. All paired in each world; ? = cannot tell."
)


def factorial_table(view: StudyView) -> Table | None:
    """Return the effects of a study's factors, a row each; None without factors."""
    found = additivity(view)
    if not found:
        return None
    figures = (with_unit(item.measure.title, item.scale.difference_unit) for item in found)
    heads = (say("factors"), say("what"), *figures)
    rows = []
    for place, effect in enumerate(found[0].effects):
        entries = (_entry(item, item.effects[place]) for item in found)
        rows.append((Entry(effect.title), Entry(say(_KINDS[effect.kind])), *entries))
    return Table(say("Effects of the factors"), heads, tuple(rows), (say(_NOTE), view.footer))


def _entry(found: Additivity, effect: Effect) -> Entry:
    word = verdict(effect.difference)
    look = {Verdict.UP: "good", Verdict.DOWN: "bad"}.get(word, "unclear")
    text = found.text(effect) if word != Verdict.NO_CHANGE else say(Verdict.NO_CHANGE)
    value = number(effect.difference.mean / found.scale.divisor)
    return Entry(f"{text}{' ?' if word == Verdict.CANNOT_TELL else ''}", look=look, value=value)
