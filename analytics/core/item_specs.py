"""Specifications of analyses of several items together: reliability, factors, correlations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.core.design_spec import DesignSpec
from analytics.core.table_specs import without_empty
from surveys.core.codebook import Scalar

PEARSON, POLYCHORIC, SPEARMAN = "pearson", "polychoric", "spearman"
BASES = (PEARSON, POLYCHORIC)
METHODS = (PEARSON, SPEARMAN, POLYCHORIC)
EXTRACTIONS = ("minres", "ml", "principal")
ROTATIONS = ("none", "varimax", "promax", "oblimin")
SCORES = ("regression", "bartlett")
PARALLEL = "parallel"


@dataclass(frozen=True)
class ReliabilitySpec:
    """How well ``items`` hang together; those ``reversed`` are turned round first.

    ``correlations`` are ``pearson`` or ``polychoric``; rows that lack an item are left out.
    """

    items: tuple[str, ...]
    reversed: tuple[str, ...] = ()
    correlations: str = PEARSON
    by: str = ""
    where: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    targets: str = ""
    kind: str = "reliability"
    design: DesignSpec = field(default_factory=DesignSpec)

    @property
    def columns(self) -> tuple[str, ...]:
        by = (self.by,) if self.by else ()
        return tuple(dict.fromkeys((*self.items, *by, *self.where, *self.design.columns)))

    def as_json(self) -> dict[str, Any]:
        return without_empty(
            {
                "kind": self.kind,
                "items": list(self.items),
                "reversed": list(self.reversed),
                "correlations": "" if self.correlations == PEARSON else self.correlations,
                "by": self.by,
                "where": {name: list(codes) for name, codes in self.where.items()},
                **self.design.as_json(),
                "targets": self.targets,
            }
        )


@dataclass(frozen=True)
class FactorSpec:
    """``factors`` of ``items``: a number, or 0 for as many as parallel analysis suggests.

    ``draws`` random samples are drawn for it from ``seed``.
    """

    items: tuple[str, ...]
    factors: int = 0
    reversed: tuple[str, ...] = ()
    extraction: str = "minres"
    rotation: str = "varimax"
    correlations: str = PEARSON
    scores: str = "regression"
    draws: int = 500
    seed: int = 1
    where: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    targets: str = ""
    kind: str = "factor"
    design: DesignSpec = field(default_factory=DesignSpec)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.items, *self.where, *self.design.columns)))

    def as_json(self) -> dict[str, Any]:
        return without_empty(
            {
                "kind": self.kind,
                "items": list(self.items),
                "factors": self.factors or PARALLEL,
                "reversed": list(self.reversed),
                "extraction": self.extraction,
                "rotation": self.rotation,
                "correlations": "" if self.correlations == PEARSON else self.correlations,
                "scores": "" if self.scores == "regression" else self.scores,
                "draws": self.draws,
                "seed": self.seed,
                "where": {name: list(codes) for name, codes in self.where.items()},
                **self.design.as_json(),
                "targets": self.targets,
            }
        )


@dataclass(frozen=True)
class CorrelationSpec:
    """Correlations of all pairs of ``variables`` by ``method``.

    ``missing``: ``pairwise`` (each pair by the rows that have both) or ``listwise``; p values are adjusted
    over all pairs as ``adjust`` says.
    """

    variables: tuple[str, ...]
    method: str = PEARSON
    missing: str = "pairwise"
    adjust: str = "holm"
    where: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    targets: str = ""
    kind: str = "correlation"
    design: DesignSpec = field(default_factory=DesignSpec)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.variables, *self.where)))

    def as_json(self) -> dict[str, Any]:
        return without_empty(
            {
                "kind": self.kind,
                "variables": list(self.variables),
                "method": "" if self.method == PEARSON else self.method,
                "missing": "" if self.missing == "pairwise" else self.missing,
                "adjust": "" if self.adjust == "holm" else self.adjust,
                "where": {name: list(codes) for name, codes in self.where.items()},
                "targets": self.targets,
            }
        )
