"""Specifications of tables without models, frozen and valid from birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.core.codebook import Scalar


def without_empty(data: dict[str, Any]) -> dict[str, Any]:
    """A specification as it is stored: what was not asked for is not written."""
    return {name: value for name, value in data.items() if value not in ("", None, {}, [])}


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
        return without_empty(
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
        return without_empty(
            {
                "kind": self.kind,
                "variable": self.variable,
                "by": self.by,
                "decimals": self.decimals,
                "where": {name: list(codes) for name, codes in self.where.items()},
                "targets": self.targets,
            }
        )
