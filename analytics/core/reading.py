"""Reading specifications: from fields as they were written to what is wanted, or everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.core.fields import Fields
from analytics.core.formula import Factor, Formula, Term, assemble, leaf, parse
from analytics.core.reading_choices import CHOICES, read_choices
from analytics.core.reading_levels import read_centring, read_shared
from analytics.core.spec import (
    MODEL_KINDS,
    ModelSpec,
    SeriesModel,
    SeriesSpec,
)
from surveys.core.problems import Refused, near_misses
from surveys.core.said import say


def read_model(fields: Fields, *, inherited: bool = False) -> ModelSpec | None:
    """``formula``, ``groups``, ``random``, ``method``, ``where`` …; ``kind`` was looked up before.

    ``inherited``: groups, random terms and methods stand there for models of other kinds too.
    """
    formula = fields.formula("formula", required=True, outcome=True)
    centre = read_centring(fields)
    fields.choice("missing", ("listwise",), "listwise")
    kind = fields.text("kind")
    shared = {**read_shared(fields, kind, inherited=inherited), **read_choices(fields, kind, formula)}
    if formula is None:
        return None
    _check_centred(fields, centre.names, formula)
    spec = ModelSpec(formula=formula, targets=fields.text("targets"), **shared)
    return centre.of(fields, spec)


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


_INHERITED = ("groups", "random", "method", "outcome_value", "reference", "where", *CHOICES)


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
    centre = read_centring(fields)
    column = fields.text("column", name)
    label = fields.text("label", name.replace("model", "Model ") if name.startswith("model") else name)
    origin = before[start].model.formula if start in before else base
    formula = whole or _extended(origin, added)
    shared = {**read_shared(fields, kind, inherited=True), **read_choices(fields, kind, formula)}
    fields.finish()
    if formula is None or not kind:
        if formula is None and origin is None and not fields.data.get("formula"):
            fields.wrong(
                "formula", "The model has neither a formula nor a base to add to.", code="missing_field"
            )
        return None
    _check_centred(fields, centre.names, formula)
    model = centre.of(fields, ModelSpec(formula=formula, **shared))
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
