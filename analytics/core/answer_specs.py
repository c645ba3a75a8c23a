"""Specifications of questions with several answers: ticked or ranked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.core.design_spec import DesignSpec
from analytics.core.table_specs import without_empty
from surveys.core.codebook import Scalar

TICKS, ANSWERS, TEXT = "ticks", "answers", "text"
FORMS = (TICKS, ANSWERS, TEXT)
BASES = ("valid", "ticked")
MISSING = ("complete", "any")


@dataclass(frozen=True)
class MultipleSpec:
    """Options of which any number may be chosen.

    ``form`` says what the variables hold: ``ticks`` (one for each option; ``counted`` is a tick), ``answers``
    (each holds the code of an option) or ``text`` (one holds all options, with ``separator`` between them).
    ``set`` is the multiple-response set of a codebook that they come from.  ``base`` of percent of cases:
    ``valid`` or who ``ticked`` anything.  ``missing``: rows of ticks count where every option is known
    (``complete``), or where ``any`` is.
    """

    variables: tuple[str, ...]
    form: str = TICKS
    set: str = ""
    counted: Scalar | None = None
    separator: str = ";"
    base: str = "valid"
    missing: str = "complete"
    by: str = ""
    adjust: str = "holm"
    where: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    targets: str = ""
    kind: str = "multiple_response"
    design: DesignSpec = field(default_factory=DesignSpec)

    @property
    def columns(self) -> tuple[str, ...]:
        by = (self.by,) if self.by else ()
        return tuple(dict.fromkeys((*self.variables, *by, *self.where, *self.design.columns)))

    def as_json(self) -> dict[str, Any]:
        return without_empty(
            {
                "kind": self.kind,
                "set": self.set,
                "variables": list(self.variables),
                "form": "" if self.form == TICKS else self.form,
                "counted": self.counted,
                "separator": self.separator if self.form == TEXT else "",
                "base": "" if self.base == "valid" else self.base,
                "missing": "" if self.missing == "complete" else self.missing,
                "by": self.by,
                "adjust": "" if self.adjust == "holm" else self.adjust,
                "where": {name: list(codes) for name, codes in self.where.items()},
                **self.design.as_json(),
                "targets": self.targets,
            }
        )


@dataclass(frozen=True)
class RankedSpec:
    """Options put in order: ``ranks`` are the variables of the option named first, second, …

    ``points`` (one for each rank, not rising) are what an option gets; ``top`` is k of the share in the top
    k.
    """

    ranks: tuple[str, ...]
    points: tuple[float, ...]
    top: int
    by: str = ""
    where: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    targets: str = ""
    kind: str = "ranked_response"
    design: DesignSpec = field(default_factory=DesignSpec)

    @property
    def columns(self) -> tuple[str, ...]:
        by = (self.by,) if self.by else ()
        return tuple(dict.fromkeys((*self.ranks, *by, *self.where, *self.design.columns)))

    def as_json(self) -> dict[str, Any]:
        return without_empty(
            {
                "kind": self.kind,
                "ranks": list(self.ranks),
                "points": list(self.points),
                "top": self.top,
                "by": self.by,
                "where": {name: list(codes) for name, codes in self.where.items()},
                **self.design.as_json(),
                "targets": self.targets,
            }
        )
