"""Specifications of analyses: what is wanted, frozen and valid from birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.core.fields import Fields
from analytics.core.formula import Formula, Term, assemble, centred, parse
from surveys.core.codebook import Scalar
from surveys.core.problems import Refused
from surveys.core.said import say

MODEL_KINDS = ("logit", "linear", "multilevel_linear", "multilevel_logit")
MULTILEVEL = ("multilevel_linear", "multilevel_logit")
METHODS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "logit": {},
    "linear": {},
    "multilevel_linear": {"likelihood": ("reml", "ml")},
    "multilevel_logit": {"approximation": ("laplace",)},
}
BINARY = ("logit", "multilevel_logit")


@dataclass(frozen=True)
class ModelSpec:
    """One model.  ``method`` holds the choices of its kind; ``columns`` are what it reads."""

    kind: str
    formula: Formula
    groups: str = ""
    method: Mapping[str, str] = field(default_factory=dict)
    outcome_value: Scalar | None = None
    where: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    targets: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        groups = (self.groups,) if self.groups else ()
        return tuple(dict.fromkeys((*self.formula.variables, *groups, *self.where)))

    def as_json(self) -> dict[str, Any]:
        return _without_empty(
            {
                "kind": self.kind,
                "formula": self.formula.text,
                "groups": self.groups,
                "method": dict(self.method),
                "outcome_value": self.outcome_value,
                "where": {name: list(codes) for name, codes in self.where.items()},
                "targets": self.targets,
            }
        )


@dataclass(frozen=True)
class SeriesModel:
    """One model of a series; ``base`` names the model it extends, or is empty.

    ``column`` is the column of the published table it stands beside, its own name unless said otherwise.
    """

    name: str
    label: str
    base: str
    model: ModelSpec
    column: str = ""


@dataclass(frozen=True)
class SeriesSpec:
    """Nested models side by side.  ``absorbed``: term as written -> what the table calls the set.

    ``sample`` is ``common`` (rows complete for all models, so that fits can be compared) or ``each``.
    """

    models: tuple[SeriesModel, ...]
    absorbed: Mapping[str, str] = field(default_factory=dict)
    sample: str = "common"
    targets: str = ""
    kind: str = "series"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for one in self.models for name in one.model.columns))

    def as_json(self) -> dict[str, Any]:
        models = [
            {
                "name": one.name,
                "label": one.label,
                "from": one.base,
                "column": one.column,
                **one.model.as_json(),
            }
            for one in self.models
        ]
        return _without_empty(
            {
                "kind": self.kind,
                "models": models,
                "absorbed": {
                    label: " + ".join(text for text, own in self.absorbed.items() if own == label)
                    for label in dict.fromkeys(self.absorbed.values())
                },
                "sample": self.sample,
                "targets": self.targets,
            }
        )


@dataclass(frozen=True)
class DescriptivesSpec:
    """Count and percent, or mean and SD, of a mixed list; ``show`` overrides what the values suggest."""

    variables: tuple[str, ...]
    show: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    missing: str = "each"
    targets: str = ""
    kind: str = "descriptives"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.variables, *self.where)))

    def as_json(self) -> dict[str, Any]:
        return _without_empty(
            {
                "kind": self.kind,
                "variables": list(self.variables),
                "show": dict(self.show),
                "where": {name: list(codes) for name, codes in self.where.items()},
                "missing": self.missing,
                "targets": self.targets,
            }
        )


@dataclass(frozen=True)
class CrosstabSpec:
    """Column percentages of ``variable`` by the groups of ``by``, and over all of them."""

    variable: str
    by: str
    decimals: int = 2
    where: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    targets: str = ""
    kind: str = "crosstab"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.variable, self.by, *self.where)))

    def as_json(self) -> dict[str, Any]:
        return _without_empty(
            {
                "kind": self.kind,
                "variable": self.variable,
                "by": self.by,
                "decimals": self.decimals,
                "where": {name: list(codes) for name, codes in self.where.items()},
                "targets": self.targets,
            }
        )


Spec = ModelSpec | SeriesSpec | DescriptivesSpec | CrosstabSpec


def read_descriptives(fields: Fields) -> DescriptivesSpec:
    """``variables: [a, b]``, ``show: {a: share}``, ``where``, ``missing: each`` or ``listwise``."""
    show = {}
    for name, how in fields.mapping("show").items():
        if how in ("share", "mean", "levels"):
            show[name] = str(how)
        else:
            fields.wrong("show", say("“{name}” can be shown as share, mean or levels.", name=name))
    variables = fields.names("variables", required=True)
    for name in show:
        if name not in variables:
            fields.wrong("show", say("“{name}” is not among the variables.", name=name))
    return DescriptivesSpec(
        variables=variables,
        show=show,
        where=fields.where_rows(),
        missing=fields.choice("missing", ("each", "listwise"), "each"),
        targets=fields.text("targets"),
    )


def read_crosstab(fields: Fields) -> CrosstabSpec:
    """``variable``, ``by``, ``decimals``, ``where``."""
    return CrosstabSpec(
        variable=fields.text("variable", required=True),
        by=fields.text("by", required=True),
        decimals=fields.whole("decimals", 2, 0, 6),
        where=fields.where_rows(),
        targets=fields.text("targets"),
    )


def read_model(fields: Fields) -> ModelSpec | None:
    """``formula``, ``groups``, ``method``, ``outcome_value``, ``where``; ``kind`` was looked up before."""
    formula = fields.formula("formula", required=True, outcome=True)
    centre = frozenset(fields.names("center"))
    fields.choice("missing", ("listwise",), "listwise")
    shared = _shared(fields, fields.text("kind"))
    if formula is None:
        return None
    return ModelSpec(formula=centred(formula, centre), targets=fields.text("targets"), **shared)


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


_INHERITED = ("groups", "method", "outcome_value", "where")


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
    centre = frozenset(fields.names("center"))
    column = fields.text("column", name)
    label = fields.text("label", name.replace("model", "Model ") if name.startswith("model") else name)
    shared = _shared(fields, kind, inherited=True)
    fields.finish()
    origin = before[start].model.formula if start in before else base
    formula = whole or _extended(origin, added)
    if formula is None or not kind:
        if formula is None and origin is None and not fields.data.get("formula"):
            fields.wrong(
                "formula", "The model has neither a formula nor a base to add to.", code="missing_field"
            )
        return None
    model = ModelSpec(formula=centred(formula, centre), **shared)
    return SeriesModel(name, label, start, model, column)


def _shared(fields: Fields, kind: str, *, inherited: bool = False) -> dict[str, Any]:
    """The fields that every model has; groups and methods belong to some kinds only."""
    groups, given = fields.text("groups"), fields.mapping("method")
    outcome_value, where = fields.scalar("outcome_value"), fields.where_rows()
    multilevel = kind in MULTILEVEL
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
                    "method", say("A {kind} model has no choice called “{name}”.", kind=kind, name=name)
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
        "outcome_value": outcome_value,
        "where": where,
    }


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


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in ("", None, {}, [])}
