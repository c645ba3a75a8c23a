"""The columns an analysis reads: values, absences with their reasons, and what the codebook says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from surveys.core.codebook import Code, Level, Scalar, ValueType, Variable, text_in
from surveys.core.problems import Problem, near_misses
from surveys.core.said import say

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MAX_LEVELS = 200  # more categories than any table of coefficients can show


def is_factor(variable: Variable) -> bool:
    """Texts, and nominal codes with labels unless they are 0 and 1, enter formulas as factors."""
    if variable.type is ValueType.TEXT:
        return True
    codes = {code.value for code in variable.codes}
    return variable.level is Level.NOMINAL and bool(codes) and not codes <= {0, 1}


@dataclass(frozen=True)
class Column:
    """One column: ``values`` with every absence null, ``reasons`` (text) null where there is a value."""

    variable: Variable
    values: pl.Series
    reasons: pl.Series

    @property
    def is_factor(self) -> bool:
        return is_factor(self.variable)

    @property
    def is_number(self) -> bool:
        return self.variable.type.is_number

    def numbers(self) -> Numbers:
        """The values as floats, NaN where there is none; only for numbers."""
        return self.values.cast(pl.Float64).to_numpy()

    def present(self) -> Mask:
        return self.values.is_not_null().to_numpy()


Frame = Mapping[str, Column]


def levels_used(column: Column, mask: Mask) -> tuple[Scalar, ...]:
    """The categories that occur in the rows of ``mask``, in order."""
    found = column.values.filter(pl.Series(mask)).drop_nulls().unique().to_list()
    return in_order(column.variable, found)


def in_order(variable: Variable, values: Iterable[Scalar]) -> tuple[Scalar, ...]:
    """Values in the codebook's order; a scale of which only the ends are labelled in its own."""
    order = {code.value: position for position, code in enumerate(variable.codes)}
    listed = list(values)
    others = [value for value in listed if value not in order]
    if others and variable.type.is_number:
        return tuple(sorted(listed))
    known = sorted((value for value in listed if value in order), key=lambda value: order[value])
    return (*known, *sorted(others))


def level_text(value: Scalar) -> str:
    """A category in the name of a design column: 2 and not 2.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def level_label(variable: Variable, value: Scalar, language: str = "en") -> str:
    """What a category is called, or the category itself."""
    for code in variable.codes:
        if code.value == value:
            return text_in(code.labels, language) or level_text(value)
    return level_text(value)


def find_level(column: Column, wanted: Scalar, used: tuple[Scalar, ...], where: str) -> Scalar | Problem:
    """The category meant by ``wanted``, given as code or as label in any language; or what is wrong.

    Only labels of the codebook are named in a problem, never values of respondents.
    """
    direct = [value for value in used if value == wanted or level_text(value) == str(wanted)]
    if direct:
        return direct[0]
    name, codes = column.variable.name, column.variable.codes
    by_label = [code.value for code in codes if str(wanted) in code.labels.values()]
    if len(by_label) > 1:
        candidates = [level_text(value) for value in by_label]
        return Problem(
            "ambiguous_label",
            say(
                "Several codes of {name} are labelled “{wanted}”: {candidates}.",
                name=name,
                wanted=wanted,
                candidates=candidates,
            ),
            where=where,
            hint="Name the code.",
        )
    if by_label and by_label[0] in used:
        return by_label[0]
    if by_label or any(code.value == wanted for code in codes):
        return Problem(
            "unused_level",
            say("No row of the sample has “{wanted}” in {name}.", wanted=wanted, name=name),
            where=where,
        )
    known = [text for code in codes for text in (level_text(code.value), *code.labels.values())]
    return Problem(
        "unknown_level",
        say("“{wanted}” is neither a code nor a label of {name}.", wanted=wanted, name=name),
        where=where,
        near=near_misses(str(wanted), known),
        hint=_codes_in_words(codes),
    )


def _codes_in_words(codes: tuple[Code, ...]) -> str:
    if not codes or len(codes) > 12:
        return ""
    listed = [f"{level_text(code.value)} {text_in(code.labels, 'en')}".strip() for code in codes]
    return say("Its codes: {codes}.", codes=listed)
