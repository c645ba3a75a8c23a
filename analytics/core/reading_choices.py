"""Reading what a model chooses beyond its formula: errors, how rows were drawn, slopes and predictions."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

from analytics.core.choices import CLASSICAL, ERROR_TYPES, MOMENTS, Errors, Slopes
from analytics.core.design_spec import DESIGN_FIELDS, DesignSpec, read_design
from analytics.core.fields import Fields
from analytics.core.formula import Formula, leaf
from analytics.core.spec import CATEGORICAL
from surveys.core.problems import near_misses
from surveys.core.said import say

CHOICES = ("errors", *DESIGN_FIELDS, "slopes", "predict")
SINGLE = ("linear", "logit")  # kinds that have all of these
MOST_PLACES = 100


def read_choices(fields: Fields, kind: str, formula: Formula | None) -> dict[str, Any]:
    """``errors``, ``design``, ``slopes`` and ``predict`` of a model; everything that is wrong is told."""
    if kind not in SINGLE:
        for name in CHOICES:
            if fields.take(name) is not None and kind:
                fields.wrong(
                    name,
                    say("Models of kind {kind} have no “{name}”.", kind=kind, name=name),
                    code="not_offered",
                    hint=say("Leave it out, or choose one of {known}.", known=SINGLE),
                )
        return {}
    design = read_design(fields)
    return {
        "errors": _errors(fields, kind, design),
        "design": design,
        "slopes": _slopes(fields, formula),
        "predict": _predict(fields, formula),
    }


def read_outcome(fields: Fields, kind: str, *, inherited: bool) -> dict[str, Any]:
    """Which value of the outcome is modelled, or which category the others are held against."""
    value, reference = fields.scalar("outcome_value"), fields.scalar("reference")
    for name, given, wrong in (
        ("outcome_value", value, kind in CATEGORICAL),
        ("reference", reference, kind != "multinomial_logit" and not inherited),
    ):
        if given is not None and wrong and kind:
            fields.wrong(name, say("Models of kind {kind} have no “{name}”.", kind=kind, name=name))
    return {"outcome_value": value, "reference": reference if kind == "multinomial_logit" else None}


def _inner(fields: Fields, name: str) -> Fields:
    return Fields(fields.mapping(name), fields.place(name), fields.problems)


def _errors(fields: Fields, kind: str, design: DesignSpec) -> Errors:
    inner = _inner(fields, "errors")
    if not inner.data:
        return Errors()
    chosen = inner.choice("kind", (CLASSICAL, *ERROR_TYPES[kind]), CLASSICAL)
    types = ERROR_TYPES[kind].get(chosen, ("",))
    form = inner.choice("type", types, types[0])
    cluster = inner.text("cluster")
    inner.finish()
    if design and chosen != CLASSICAL:
        inner.wrong(
            "kind",
            "Errors follow from how the rows were drawn where weights, strata or psu are named.",
            hint="Name the clusters as psu.",
        )
    if chosen == "cluster" and not cluster:
        inner.wrong("cluster", "“cluster” is missing.", code="missing_field", hint="Name the variable.")
    if cluster and chosen != "cluster":
        inner.wrong("cluster", "“cluster” belongs to kind: cluster.")
        cluster = ""
    return Errors(chosen, form, cluster)


def _slopes(fields: Fields, formula: Formula | None) -> Slopes | None:
    inner = _inner(fields, "slopes")
    if not inner.data:
        return None
    of = inner.text("of", required=True)
    at = _places(inner, "at", formula, MOMENTS)
    inner.finish()
    if formula is not None and of and of not in _names(formula):
        inner.wrong(
            "of",
            say("The formula has no term with “{name}”.", name=of),
            near=near_misses(of, _names(formula)),
        )
    if of in at:
        inner.wrong("at", say("“{name}” cannot be held where its own slope is taken.", name=of))
    return Slopes(of, at)


def _predict(fields: Fields, formula: Formula | None) -> dict[str, tuple[Any, ...]]:
    return _places(fields, "predict", formula, ())


def _places(
    fields: Fields, name: str, formula: Formula | None, moments: Iterable[str]
) -> dict[str, tuple[Any, ...]]:
    """``{variable: [values]}``, every variable in the formula, not too many places altogether."""
    found: dict[str, tuple[Any, ...]] = {}
    for variable, given in fields.mapping(name).items():
        values = given if isinstance(given, list) else [given]
        if not values or any(isinstance(v, bool) or not isinstance(v, int | float | str) for v in values):
            fields.wrong(name, say("“{name}” needs a list of values.", name=variable))
        elif formula is not None and variable not in _names(formula):
            near = near_misses(variable, _names(formula))
            fields.wrong(name, say("The formula has no term with “{name}”.", name=variable), near=near)
        else:
            found[variable] = tuple(values)
    if prod(len(values) for values in found.values()) > MOST_PLACES:
        fields.wrong(name, say("These are more than {most} places.", most=MOST_PLACES))
    return found


def _names(formula: Formula) -> tuple[str, ...]:
    """The variables of the terms."""
    return tuple(dict.fromkeys(leaf(atom).name for term in formula.terms for atom in term.atoms))
