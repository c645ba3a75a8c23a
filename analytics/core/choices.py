"""Choices that any model of a kind may make: how its standard errors are had, and which slopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The types that each kind of model offers, its default first.
ERROR_TYPES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "linear": {"robust": ("HC3", "HC0", "HC1", "HC2"), "cluster": ("CR2", "CR0", "CR1", "CR1S")},
    "logit": {"robust": ("HC3", "HC0", "HC1", "HC2"), "cluster": ("CR1", "CR0", "CR1S")},
}
CLASSICAL = "classical"


@dataclass(frozen=True)
class Errors:
    """``kind``: classical, robust or cluster; ``type``: HC0 to HC3 or CR0 to CR2; ``cluster``: a variable."""

    kind: str = CLASSICAL
    type: str = ""
    cluster: str = ""

    def as_json(self) -> dict[str, Any]:
        """Nothing for the default."""
        if self.kind == CLASSICAL:
            return {}
        given = {"kind": self.kind, "type": self.type, "cluster": self.cluster}
        return {name: value for name, value in given.items() if value}


MOMENTS = ("mean-sd", "mean", "mean+sd")  # places of a moderator named by what the rows used say of it


@dataclass(frozen=True)
class Slopes:
    """The slope of ``of`` at every value (or moment) of the variables in ``at``, all of them combined."""

    of: str
    at: Mapping[str, tuple[Any, ...]]

    def as_json(self) -> dict[str, Any]:
        """As a specification writes it."""
        return {"of": self.of, "at": {name: list(values) for name, values in self.at.items()}}
