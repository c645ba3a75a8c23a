"""Specifications of multiverses: a model, a term of it, and the choices under which it is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.core.model_spec import ModelSpec
from analytics.core.table_specs import without_empty

Chosen = tuple[str, ...]  # one alternative of each axis, in the order of the axes


@dataclass(frozen=True)
class Alternative:
    """One way to decide: ``fields`` are what it changes in the model, as they were written."""

    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Axis:
    """A decision with its alternatives; ``adopted`` names the one that was taken."""

    name: str
    alternatives: tuple[Alternative, ...]
    adopted: str
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.alternatives)

    def of(self, name: str) -> Alternative:
        """The alternative called ``name``; ``KeyError`` when there is none."""
        for one in self.alternatives:
            if one.name == name:
                return one
        raise KeyError(name)


@dataclass(frozen=True, order=True)
class Cut:
    """A number made a pair inside the analysis: 1 from ``at`` upwards, else 0."""

    variable: str
    at: float

    @property
    def name(self) -> str:
        """What the column is called in formulas, where it stands in backticks."""
        return f"{self.variable} ≥ {self.at:.15g}"


@dataclass(frozen=True)
class Specification:
    """One model of the grid; ``term`` is the key of the column of interest in its design."""

    chosen: Chosen
    model: ModelSpec
    term: str
    cuts: tuple[Cut, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the data that the model reads: those cut stand under their own names."""
        of = {cut.name: cut.variable for cut in self.cuts}
        return tuple(dict.fromkeys(of.get(name, name) for name in self.model.columns))


@dataclass(frozen=True)
class Grid:
    """How the grid came about: ``whole`` counts its combinations, ``excluded`` those that were left out."""

    whole: int
    excluded: int = 0
    at_random: int = 0
    seed: int = 0


@dataclass(frozen=True)
class MultiverseSpec:
    """``model`` is the base as it was written; ``specifications`` is what follows, the adopted one among it.

    ``expect`` is the sign that counts as expected: ``+``, ``-`` or nothing, then the adopted one's.
    """

    model: Mapping[str, Any]
    term: str
    axes: tuple[Axis, ...]
    specifications: tuple[Specification, ...]
    grid: Grid
    expect: str = ""
    without: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    kind: str = "multiverse"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for one in self.specifications for name in one.columns))

    @property
    def adopted(self) -> Chosen:
        return tuple(axis.adopted for axis in self.axes)

    def as_json(self) -> dict[str, Any]:
        """As a specification is written, with everything that follows from it left out."""
        return without_empty(
            {
                "kind": self.kind,
                "model": dict(self.model),
                "term": self.term,
                "expect": self.expect,
                "choices": [_axis_json(axis) for axis in self.axes],
                "without": [
                    {name: list(values) for name, values in one.items()} for one in self.without
                ],
                "at_random": self.grid.at_random or "",
                "seed": self.grid.seed if self.grid.at_random else "",
            }
        )  # fmt: skip


def _axis_json(axis: Axis) -> dict[str, Any]:
    alternatives = [
        without_empty(
            {"name": one.name, "labels": dict(one.labels), "adopted": one.name == axis.adopted or ""}
        )
        | dict(one.fields)
        for one in axis.alternatives
    ]
    return without_empty({"name": axis.name, "labels": dict(axis.labels), "alternatives": alternatives})
