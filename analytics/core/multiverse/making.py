"""From a base model and the alternatives chosen to one specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.core.fields import Fields
from analytics.core.formula import Formula, parse
from analytics.core.multiverse.axes import PLAIN
from analytics.core.multiverse.formulas import (
    renamed,
    require_named,
    require_no_curve,
    with_terms,
    without_terms,
)
from analytics.core.multiverse.spec import Alternative, Axis, Chosen, Cut, Specification
from analytics.core.reading import read_model
from surveys.core.problems import Refused, refuse
from surveys.core.said import say


class Maker:
    """Makes the specification of a combination; ``make`` raises Refused with all that is wrong with it."""

    def __init__(self, model: Mapping[str, Any], term: str, axes: Sequence[Axis]) -> None:
        self.model, self.axes = model, axes
        self.base = parse(str(model["formula"]))
        self.term, sign, level = term.partition("[")
        self.level = sign + level

    def make(self, chosen: Chosen) -> Specification:
        """The model with what every chosen alternative changes; cuts come last, when all names stand."""
        taken = [axis.of(name) for axis, name in zip(self.axes, chosen, strict=True)]
        formula = self._changed(taken)
        swapped = _gathered(taken, "replace")
        cuts = tuple(Cut(name, float(at)) for name, at in _gathered(taken, "cut").items())
        cut_names = {cut.variable: cut.name for cut in cuts}
        require_named(formula, cut_names, "cut")
        for name in cut_names:
            require_no_curve(formula, name)
        formula = renamed(formula, cut_names)
        fields = self._fields(
            taken, {name: cut_names.get(new, new) for name, new in swapped.items()} | cut_names
        )
        read = Fields({**fields, "formula": formula.text})
        spec = read_model(read, inherited=True)
        read.finish()
        if read.problems or spec is None:
            raise Refused(read.problems)
        return Specification(chosen, spec, self._term(spec.formula, swapped, cut_names), cuts)

    def _changed(self, taken: Sequence[Alternative]) -> Formula:
        """Terms dropped and added, variables swapped, another outcome."""
        formula = self.base
        for one in taken:
            if "drop" in one.fields:
                formula = without_terms(formula, parse(str(one.fields["drop"])).terms)
        for one in taken:
            if "add" in one.fields:
                formula = with_terms(formula, parse(str(one.fields["add"])).terms)
        swapped = _gathered(taken, "replace")
        require_named(formula, swapped, "replace")
        formula = renamed(formula, swapped)
        for one in taken:
            if "outcome" in one.fields:
                outcome = parse(f"{one.fields['outcome']} ~ 1").outcome
                formula = Formula(formula.terms, formula.intercept, outcome)
        return formula

    def _fields(self, taken: Sequence[Alternative], names: Mapping[str, str]) -> dict[str, Any]:
        """The fields of the model beside its formula; centring follows variables that change their names."""
        fields = {name: value for name, value in self.model.items() if name != "formula"}
        where = dict(self.model.get("where") or {})
        for one in taken:
            fields |= {name: one.fields[name] for name in PLAIN if name in one.fields}
            where |= one.fields.get("where") or {}
        centre = fields.get("center")
        if isinstance(centre, Mapping):
            fields["center"] = {names.get(name, name): how for name, how in centre.items()}
        elif centre:
            listed = centre if isinstance(centre, list) else [centre]
            fields["center"] = [names.get(str(name), str(name)) for name in listed]
        return fields | ({"where": where} if where else {})

    def _term(self, formula: Formula, swapped: Mapping[str, str], cuts: Mapping[str, str]) -> str:
        """The key that the column of interest has in the design of ``formula``."""
        wanted = renamed(renamed(parse(self.term), swapped), cuts).terms
        if len(wanted) != 1:
            raise refuse("bad_field", say("“{term}” is not one term.", term=self.term), where="term")
        parts = frozenset(atom.plain for atom in wanted[0].atoms)
        for term in formula.terms:
            if frozenset(atom.plain for atom in term.atoms) == parts:
                return term.plain + self.level
        raise refuse("bad_field", say("The formula has no term {term}.", term=wanted[0].text), where="term")


def _gathered(taken: Sequence[Alternative], name: str) -> dict[str, Any]:
    """The mappings that the alternatives have under ``name``, as one: axes never share a variable."""
    return {key: value for one in taken for key, value in (one.fields.get(name) or {}).items()}
