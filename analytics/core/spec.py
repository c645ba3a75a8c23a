"""Specifications of analyses: what is wanted, frozen and valid from birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.core.formula import Formula
from surveys.core.codebook import Scalar

MODEL_KINDS = ("logit", "linear", "multilevel_linear", "multilevel_logit")
MULTILEVEL = ("multilevel_linear", "multilevel_logit")
METHODS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "logit": {},
    "linear": {},
    "multilevel_linear": {"likelihood": ("reml", "ml"), "df": ("containment", "satterthwaite")},
    "multilevel_logit": {"approximation": ("laplace", "quadrature")},
}
NODES, MOST_NODES = 7, 50  # of a quadrature: unless said otherwise, and at most
BINARY = ("logit", "multilevel_logit")


@dataclass(frozen=True)
class ModelSpec:
    """One model.  ``method`` holds the choices of its kind; ``columns`` are what it reads.

    ``random`` are the terms whose slopes differ between ``groups``, beside the constant; None without any.
    """

    kind: str
    formula: Formula
    groups: str = ""
    method: Mapping[str, str | int] = field(default_factory=dict)
    outcome_value: Scalar | None = None
    where: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    targets: str = ""
    random: Formula | None = None

    @property
    def formulas(self) -> tuple[Formula, ...]:
        return (self.formula,) if self.random is None else (self.formula, self.random)

    @property
    def columns(self) -> tuple[str, ...]:
        groups = (self.groups,) if self.groups else ()
        named = (name for formula in self.formulas for name in formula.variables)
        return tuple(dict.fromkeys((*named, *groups, *self.where)))

    def as_json(self) -> dict[str, Any]:
        return _without_empty(
            {
                "kind": self.kind,
                "formula": self.formula.text,
                "groups": self.groups,
                "random": f"1 + {self.random.text}" if self.random else "",
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


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in ("", None, {}, [])}
