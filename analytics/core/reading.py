"""Reading specifications: from fields as they were written to what is wanted, or everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.core.fields import Fields
from analytics.core.formula import Factor, Formula, Term, assemble, centred, leaf, parse
from analytics.core.reading_choices import CHOICES, read_choices
from analytics.core.spec import (
    CATEGORICAL,
    METHODS,
    MODEL_KINDS,
    MULTILEVEL,
    ModelSpec,
    SeriesModel,
    SeriesSpec,
)
from surveys.core.problems import Refused, near_misses
from surveys.core.said import say


def read_model(fields: Fields) -> ModelSpec | None:
    """``formula``, ``groups``, ``method``, ``outcome_value``, ``where``; ``kind`` was looked up before."""
    formula = fields.formula("formula", required=True, outcome=True)
    centre = fields.names("center")
    fields.choice("missing", ("listwise",), "listwise")
    kind = fields.text("kind")
    shared = {**_shared(fields, kind), **read_choices(fields, kind, formula)}
    if formula is None:
        return None
    _check_centred(fields, centre, formula)
    formula = centred(formula, frozenset(centre))
    return ModelSpec(formula=formula, targets=fields.text("targets"), **shared)


def read_series(fields: Fields) -> SeriesSpec:
    """``base`` formula, ``models`` (name, label, kind, from, add, center, groups, method), ``absorbed``."""
    base = fields.formula("base", outcome=True)
    inherited = {name: value for name in _INHERITED if (value := fields.take(name)) is not None}
    fields.choice("missing", ("listwise",), "listwise")
    absorbed = _absorbed(fields)
    listed = fields.take("models")
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        fields.wrong("models", "“models” must list at least one model.")
        listed = []
    models: dict[str, SeriesModel] = {}
    for number, one in enumerate(listed, start=1):
        inner = Fields({**inherited, **one}, f"models[{number}]", fields.problems)
        model = _read_series_model(inner, number, base, models)
        if model is not None:
            models[model.name] = model
    sample = fields.choice("sample", ("common", "each"), "common")
    if sample == "common" and len({tuple(one.model.where.items()) for one in models.values()}) > 1:
        fields.wrong("sample", "The models name different rows in “where”.", hint="Set sample: each.")
    targets = fields.text("targets")
    _check_absorbed(fields, absorbed, models)
    return SeriesSpec(tuple(models.values()), absorbed, sample, targets)


_INHERITED = ("groups", "method", "outcome_value", "reference", "where", *CHOICES)


def _read_series_model(
    fields: Fields, number: int, base: Formula | None, before: Mapping[str, SeriesModel]
) -> SeriesModel | None:
    name = fields.text("name", f"model{number}")
    if name in before:
        fields.wrong("name", say("There are two models called {name}.", name=name))
    kind = fields.choice("kind", MODEL_KINDS, "linear") if "kind" in fields.data else ""
    if not kind:
        fields.wrong(
            "kind", "“kind” is missing.", code="missing_field", hint=say("One of {known}.", known=MODEL_KINDS)
        )
    start = fields.text("from")
    if start and start not in before:
        fields.wrong("from", say("There is no model called {start} before this one.", start=start))
    whole, added = fields.formula("formula", outcome=True), fields.formula("add")
    if fields.data.get("formula") and fields.data.get("add"):
        fields.wrong(
            "add",
            "A model has a formula of its own, or adds to another; this has both.",
            hint="Write the whole formula, or leave “formula” out.",
        )
    centre = fields.names("center")
    column = fields.text("column", name)
    label = fields.text("label", name.replace("model", "Model ") if name.startswith("model") else name)
    origin = before[start].model.formula if start in before else base
    formula = whole or _extended(origin, added)
    shared = {**_shared(fields, kind, inherited=True), **read_choices(fields, kind, formula)}
    fields.finish()
    if formula is None or not kind:
        if formula is None and origin is None and not fields.data.get("formula"):
            fields.wrong(
                "formula", "The model has neither a formula nor a base to add to.", code="missing_field"
            )
        return None
    _check_centred(fields, centre, formula)
    model = ModelSpec(formula=centred(formula, frozenset(centre)), **shared)
    return SeriesModel(name, label, start, model, column)


def _check_centred(fields: Fields, names: tuple[str, ...], formula: Formula) -> None:
    """Every name to be centred stands in a term as a number; else its products would silently not be."""
    atoms = [atom for term in formula.terms for atom in term.atoms]
    factors = {atom.name for atom in atoms if isinstance(atom, Factor)}
    numbers = {leaf(atom).name for atom in atoms if not isinstance(atom, Factor)}
    for name in names:
        if name in numbers:
            continue
        if name in factors:
            fields.wrong("center", say("“{name}” enters as categories; only numbers are centred.", name=name))
        else:
            fields.wrong(
                "center",
                say("The formula has no term with “{name}” to centre.", name=name),
                near=near_misses(name, sorted(numbers)),
            )


def _shared(fields: Fields, kind: str, *, inherited: bool = False) -> dict[str, Any]:
    """The fields that every model has; groups and methods belong to some kinds only."""
    groups, given = fields.text("groups"), fields.mapping("method")
    where, multilevel = fields.where_rows(), kind in MULTILEVEL
    if multilevel and not groups:
        hint = "Name the variable of the groups, as in groups: city."
        fields.wrong(
            "groups", say("A {kind} model needs its groups.", kind=kind), code="missing_field", hint=hint
        )
    if groups and not multilevel and kind and not inherited:
        fields.wrong(
            "groups",
            say("A {kind} model has no groups.", kind=kind),
            hint="Use multilevel_linear or multilevel_logit.",
        )
    known = METHODS.get(kind, {})
    method = {name: options[0] for name, options in known.items()}
    for name, value in given.items():
        if name not in known:
            if not inherited or not any(name in choices for choices in METHODS.values()):
                fields.wrong(
                    "method",
                    say("A {kind} model has no choice called “{name}”.", kind=kind, name=name),
                    hint=_choices(kind),
                )
        elif value not in known[name]:
            fields.wrong(
                "method",
                say("“{value}” is not a {name} of {kind}.", value=value, name=name, kind=kind),
                hint=say("One of {known}.", known=known[name]),
            )
        else:
            method[name] = str(value)
    return {
        "kind": kind,
        "groups": groups if multilevel else "",
        "method": method,
        "where": where,
        **_of_the_outcome(fields, kind, inherited),
    }


def _of_the_outcome(fields: Fields, kind: str, inherited: bool) -> dict[str, Any]:
    """Which value of the outcome is modelled, or which category the others are held against."""
    value, reference = fields.scalar("outcome_value"), fields.scalar("reference")
    for name, given, wrong in (
        ("outcome_value", value, kind in CATEGORICAL),
        ("reference", reference, kind != "multinomial_logit" and not inherited),
    ):
        if given is not None and wrong and kind:
            fields.wrong(name, say("Models of kind {kind} have no “{name}”.", kind=kind, name=name))
    return {"outcome_value": value, "reference": reference if kind == "multinomial_logit" else None}


def _choices(kind: str) -> str:
    """What ``method`` may say for a model of this kind."""
    choices = [f"{name}: {option}" for name, options in METHODS.get(kind, {}).items() for option in options]
    if choices:
        return say("It has these: {choices}.", choices=choices)
    return say("It has none: leave “method” out.") if kind in METHODS else ""


def _extended(origin: Formula | None, added: Formula | None) -> Formula | None:
    if origin is None or added is None:
        return origin
    return assemble([*origin.terms, *added.terms], origin.intercept, origin.outcome)


def _absorbed(fields: Fields) -> dict[str, str]:
    """``absorbed: {vocation: C(occupation)}`` as term -> label."""
    absorbed = {}
    for label, text in fields.mapping("absorbed").items():
        try:
            absorbed.update({term.text: label for term in parse(str(text)).terms})
        except Refused as refused:
            fields.problems += refused.problems
    return absorbed


def _check_absorbed(fields: Fields, absorbed: Mapping[str, str], models: Mapping[str, SeriesModel]) -> None:
    used: set[str] = {term.text for one in models.values() for term in _terms(one)}
    for text, label in absorbed.items():
        if models and text not in used:
            fields.wrong(
                "absorbed", say("No model has the term {text} of “{label}”.", text=text, label=label)
            )


def _terms(one: SeriesModel) -> tuple[Term, ...]:
    return one.model.formula.terms
