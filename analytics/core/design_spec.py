"""The sampling design that a specification names: columns of weights, strata and sampling units."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.core.fields import Fields
from analytics.core.survey_design.declared import LONELY
from surveys.core.said import say

DESIGN_FIELDS = ("weights", "strata", "psu", "fpc", "lonely_psu")


@dataclass(frozen=True)
class DesignSpec:
    """Names of columns, empty where not named; false when no column is named, for a simple random sample."""

    weights: str = ""
    strata: str = ""
    psu: str = ""
    fpc: str = ""
    lonely_psu: str = "refuse"

    def __bool__(self) -> bool:
        return bool(self.columns)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in (self.weights, self.strata, self.psu, self.fpc) if name)

    def as_json(self) -> dict[str, str]:
        """The fields that were asked for; what is as always is not written."""
        named = {"weights": self.weights, "strata": self.strata, "psu": self.psu, "fpc": self.fpc}
        lonely = "" if self.lonely_psu == "refuse" else self.lonely_psu
        return {name: value for name, value in {**named, "lonely_psu": lonely}.items() if value}


def read_design(fields: Fields) -> DesignSpec:
    """``weights``, ``strata``, ``psu``, ``fpc`` (each the name of a column) and ``lonely_psu``."""
    names = {name: fields.text(name) for name in ("weights", "strata", "psu", "fpc")}
    lonely = fields.choice("lonely_psu", LONELY, "refuse")
    if fields.data.get("lonely_psu") is not None and not (names["strata"] or names["psu"]):
        fields.wrong(
            "lonely_psu",
            "Without strata and psu no stratum has a single sampling unit.",
            hint="Name strata and psu, or leave lonely_psu out.",
        )
    given = [name for name in names.values() if name]
    for name in dict.fromkeys(one for one in given if given.count(one) > 1):
        fields.wrong(
            "weights",
            say("“{name}” is named for more than one part of the design.", name=name),
        )
    return DesignSpec(**names, lonely_psu=lonely)
