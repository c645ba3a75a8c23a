"""The specification of one model: what is wanted, frozen and valid from birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.core.choices import Errors, Slopes
from analytics.core.design_spec import DesignSpec
from analytics.core.formula import Formula
from analytics.core.table_specs import without_empty
from surveys.core.codebook import Scalar

MODEL_KINDS = (
    "logit", "linear", "ordered_logit", "multinomial_logit", "multilevel_linear", "multilevel_logit"
)  # fmt: skip
MULTILEVEL = ("multilevel_linear", "multilevel_logit")
METHODS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "logit": {},
    "linear": {},
    "ordered_logit": {},
    "multinomial_logit": {},
    "multilevel_linear": {"likelihood": ("reml", "ml"), "df": ("containment", "satterthwaite")},
    "multilevel_logit": {"approximation": ("laplace", "quadrature")},
}
CATEGORICAL = ("ordered_logit", "multinomial_logit")
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
    reference: Scalar | None = None
    where: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    targets: str = ""
    errors: Errors = field(default_factory=Errors)
    design: DesignSpec = field(default_factory=DesignSpec)
    slopes: Slopes | None = None
    predict: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    random: Formula | None = None

    @property
    def formulas(self) -> tuple[Formula, ...]:
        return (self.formula,) if self.random is None else (self.formula, self.random)

    @property
    def columns(self) -> tuple[str, ...]:
        others = [name for name in (self.groups, self.errors.cluster, *self.design.columns) if name]
        named = (name for formula in self.formulas for name in formula.variables)
        return tuple(dict.fromkeys((*named, *others, *self.where)))

    def as_json(self) -> dict[str, Any]:
        return without_empty(
            {
                "kind": self.kind,
                "formula": self.formula.text,
                "groups": self.groups,
                "random": f"1 + {self.random.text}" if self.random else "",
                "method": dict(self.method),
                "errors": self.errors.as_json(),
                **self.design.as_json(),
                "slopes": self.slopes.as_json() if self.slopes else {},
                "predict": {name: list(values) for name, values in self.predict.items()},
                "outcome_value": self.outcome_value,
                "reference": self.reference,
                "where": {name: list(codes) for name, codes in self.where.items()},
                "targets": self.targets,
            }
        )
