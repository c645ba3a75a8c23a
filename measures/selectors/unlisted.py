"""Names that mean something else than they seem: measures that a recipe does not list, and items of waves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from measures.core.language.scope import Scope
from measures.selectors.scopes import study_wave_versions
from surveys.core.problems import Problem
from surveys.core.said import say
from surveys.models import Item, Study, Variable


@dataclass(frozen=True)
class Unlisted:
    """The measures of ``study`` beside those that a recipe lists."""

    study: Study
    listed: frozenset[str]

    @cached_property
    def names(self) -> frozenset[str]:
        """Asked of the database once, and only where a rule speaks of a name that is not known."""
        return frozenset(self.study.measures.values_list("name", flat=True)) - self.listed

    def told(self, scope: Scope, measure: str, spoken: Iterable[str]) -> Scope:
        """``scope`` in which the rule of ``measure``, which speaks of the names ``spoken``, may use none of
        them; an item of the name is the item."""
        unknown = [name for name in spoken if scope.variable(name) is None]
        found = {name: self._problem(measure, name) for name in unknown if name in self.names}
        return replace(scope, unreadable={**found, **scope.unreadable}) if found else scope

    def _problem(self, measure: str, name: str) -> Problem:
        message = say(
            "{measure} rests on the measure {name}, which the recipe does not list.",
            measure=measure,
            name=name,
        )
        hint = say("Add {name} to measures of the recipe.", name=name)
        return Problem("unlisted_measure", message, hint=hint)


def items_called(study: Study, names: Iterable[str]) -> frozenset[str]:
    """Those of ``names`` that an item of the study has, or a variable of the latest version of a wave."""
    asked = list(names)
    latest = [version.pk for version in study_wave_versions(study)]
    found = {*Item.objects.filter(study=study, name__in=asked).values_list("name", flat=True)}
    stored = Variable.objects.filter(version__in=latest, name__in=asked)
    return frozenset(found | {*stored.values_list("name", flat=True)})
