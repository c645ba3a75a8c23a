"""Specifications of tables without models, frozen and valid from birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.core.crosstab.asked import Asked
from analytics.core.design_spec import DesignSpec
from surveys.core.codebook import Scalar


def without_empty(data: dict[str, Any]) -> dict[str, Any]:
    """A specification as it is stored: what was not asked for is not written."""
    return {name: value for name, value in data.items() if value not in ("", None, {}, [])}


@dataclass(frozen=True)
class DescriptivesSpec:
    """Count and percent, or mean and SD, of a mixed list; ``show`` overrides what the values suggest.

    ``by`` names the variable of the groups that stand beside the whole.
    """

    variables: tuple[str, ...]
    show: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    missing: str = "each"
    targets: str = ""
    kind: str = "descriptives"
    by: str = ""
    design: DesignSpec = field(default_factory=DesignSpec)

    @property
    def columns(self) -> tuple[str, ...]:
        by = (self.by,) if self.by else ()
        return tuple(dict.fromkeys((*self.variables, *by, *self.where, *self.design.columns)))

    def as_json(self) -> dict[str, Any]:
        return without_empty(
            {
                "kind": self.kind,
                "variables": list(self.variables),
                "by": self.by,
                "show": dict(self.show),
                "where": {name: list(codes) for name, codes in self.where.items()},
                "missing": self.missing,
                **self.design.as_json(),
                "targets": self.targets,
            }
        )


@dataclass(frozen=True)
class CrosstabSpec:
    """Percentages of ``variable`` by the groups of ``by``, and over all of them."""

    variable: str
    by: str
    asked: Asked = field(default_factory=Asked)
    where: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    targets: str = ""
    kind: str = "crosstab"
    design: DesignSpec = field(default_factory=DesignSpec)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.variable, self.by, *self.where, *self.design.columns)))

    def as_json(self) -> dict[str, Any]:
        asked = self.asked
        return without_empty(
            {
                "kind": self.kind,
                "variable": self.variable,
                "by": self.by,
                "decimals": asked.decimals,
                "percent": "" if asked.percent == "column" else asked.percent,
                "letters": asked.letters,
                "differences": asked.differences,
                "paired": asked.paired or None,
                "force_total": asked.force_total or None,
                "where": {name: list(codes) for name, codes in self.where.items()},
                **self.design.as_json(),
                "targets": self.targets,
            }
        )
