"""Published tables cell by cell, and how they call their models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from analytics.core.printed import Printed, read
from surveys.core.problems import Problem, Refused, near_misses
from surveys.core.said import say

KINDS = ("descriptives", "models", "crosstab", "ranked", "claims", "free")
FIT_STATISTICS = ("n", "loglik", "aic", "bic", "icc", "r2")
CONSTANTS = ("constant", "intercept", "(intercept)", "_cons")
ABSORBED = "absorbed"  # statistic of a set of terms that the table only says is “in”
FEW_FIGURES = 3  # as many figures of a row end in 0 by chance once in a thousand tables
STARS = {"†": 0.10, "*": 0.05, "**": 0.01, "***": 0.001}


@dataclass(frozen=True)
class Cell:
    """One printed figure: ``column`` (model1, formal), ``term`` (row), ``statistic``, text as printed."""

    column: str
    term: str
    statistic: str
    printed: str
    label: str = ""

    @cached_property
    def number(self) -> Printed | None:
        return read(self.printed)


@dataclass(frozen=True)
class PrintedModel:
    """One column of a table of models, read from its cells."""

    column: str
    label: str
    kind: str  # as the table calls it: logit, multilevel_logit, linear, … or "" when it does not say
    estimates: Mapping[str, Printed]
    errors: Mapping[str, Printed]
    stars: Mapping[str, str]
    fit: Mapping[str, Printed]
    absorbed: frozenset[str]

    @property
    def terms(self) -> frozenset[str]:
        return frozenset(self.estimates)

    @property
    def n(self) -> int | None:
        return round(self.fit["n"].value) if "n" in self.fit else None

    def contains(self, other: PrintedModel) -> bool:
        """Whether this model has every term of ``other``."""
        return other.terms <= self.terms and other.absorbed <= self.absorbed


@dataclass(frozen=True)
class PublishedTable:
    """A published table.  ``notes`` may hold n, models {column: {label, kind}}, stars, outcome, moments.

    ``coding`` in them says of a row, by language, what its label leaves open: {han: {en: Han = 1}}.
    """

    slug: str
    kind: str
    cells: tuple[Cell, ...]
    notes: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def _by_place(self) -> dict[tuple[str, str, str], Cell]:
        return {(cell.column, cell.term, cell.statistic): cell for cell in self.cells}

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cell.column for cell in self.cells))

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cell.term for cell in self.cells))

    def cell(self, column: str, term: str, statistic: str) -> Cell | None:
        return self._by_place.get((column, term, statistic))

    def figure(self, column: str, term: str, statistic: str) -> Printed | None:
        cell = self.cell(column, term, statistic)
        return cell.number if cell else None

    def label(self, term: str) -> str:
        return next((cell.label for cell in self.cells if cell.term == term and cell.label), term)

    def coding(self, term: str) -> Mapping[str, str]:
        """How the variable of a row is coded, where its label does not say or says the contrary."""
        said = self.notes.get("coding")
        told = said.get(term) if isinstance(said, Mapping) else None
        return told if isinstance(told, Mapping) else {}

    def fit_of(self, column: str) -> dict[str, Printed]:
        """n, loglik, AIC and BIC of a column, wherever the table puts them, to the digits that carry news."""
        mine = [c for c in self.cells if c.column == column and c.statistic in FIT_STATISTICS]
        return {c.statistic: self._unpadded(c.statistic, c.number) for c in mine if c.number is not None}

    def _unpadded(self, statistic: str, number: Printed) -> Printed:
        """A figure without the zeros that end every figure of its row: they pad, and were not computed."""
        row = [c.number for c in self.cells if c.statistic == statistic and c.number is not None]
        zeros = min(len(one.text) - len(one.text.rstrip("0")) if one.decimals else 0 for one in row)
        if len(row) < FEW_FIGURES or not zeros:
            return number
        return replace(number, decimals=number.decimals - min(zeros, number.decimals))

    def base(self, column: str) -> int | None:
        """The N of a column: printed in it, in the notes for it, or in the notes for the whole table."""
        printed = self.fit_of(column).get("n")
        noted = self.notes.get("n")
        if printed is None and isinstance(noted, Mapping):
            noted = noted.get(column)
        if printed is None and noted:
            printed = read(str(noted))
        return round(printed.value) if printed is not None else None

    def models(self) -> tuple[PrintedModel, ...]:
        """The columns of a table of models, in their order."""
        return tuple(self._model(column) for column in self.columns)

    def _model(self, column: str) -> PrintedModel:
        said = self.notes.get("models", {}).get(column, {})
        mine = [cell for cell in self.cells if cell.column == column]

        def numbers(statistic: str) -> dict[str, Printed]:
            return {c.term: c.number for c in mine if c.statistic == statistic and c.number is not None}

        fit = self.fit_of(column)
        if "n" not in fit and (base := self.base(column)) is not None:
            fit["n"] = Printed(str(base), float(base), 0)
        return PrintedModel(
            column=column,
            label=said.get("label", column),
            kind=said.get("kind", ""),
            estimates=numbers("estimate"),
            errors=numbers("se"),
            stars={c.term: c.printed.strip() for c in mine if c.statistic == "stars"},
            fit=fit,
            absorbed=frozenset(c.term for c in mine if c.statistic == ABSORBED and c.printed),
        )


@dataclass(frozen=True)
class Moments:
    """What a descriptive table says of each variable: its mean (share of ones for counts) as an interval."""

    table: PublishedTable

    @cached_property
    def column(self) -> str:
        return self.table.columns[0] if self.table.columns else ""

    def share(self, variable: str) -> float | None:
        """count / n of a 0/1 variable."""
        count, n = self.table.figure(self.column, variable, "count"), self.n(variable)
        return count.value / n if count is not None and n else None

    def n(self, variable: str) -> int | None:
        own = self.table.figure(self.column, variable, "n")
        return round(own.value) if own is not None else self.table.base(self.column)

    def mean(self, variable: str) -> Printed | None:
        """The mean; for counts the share, exact to many digits."""
        share = self.share(variable)
        if share is not None:
            return Printed(f"{share:.6f}", share, 9)
        return self.table.figure(self.column, variable, "mean")

    def is_dummy(self, variable: str) -> bool:
        return self.share(variable) is not None


def is_constant(term: str) -> bool:
    return term.lower() in CONSTANTS


def row_key(term: str) -> frozenset[str]:
    """What makes two rows the same: the parts of a product in any order, every name of the constant."""
    return frozenset(("(Intercept)",)) if is_constant(term) else frozenset(term.split(":"))


def check_cells(kind: str, cells: tuple[Cell, ...]) -> None:
    """Refuses a target whose kind is unknown or that prints a place twice, all at once."""
    problems = []
    if kind not in KINDS:
        near = near_misses(kind, KINDS)
        problems.append(
            Problem(
                "unknown_kind",
                say("“{kind}” is no kind of target.", kind=kind),
                near=near,
                hint=say("One of {known}.", known=KINDS),
            )
        )
    if not cells:
        problems.append(Problem("empty_target", "The target has no cells."))
    seen: set[tuple[str, str, str]] = set()
    for number, cell in enumerate(cells, start=1):
        place = (cell.column, cell.term, cell.statistic)
        if not all(place):
            message = "A cell needs a column, a term and a statistic."
            problems.append(Problem("bad_cell", message, where=say("cell {number}", number=number)))
        elif place in seen:
            message = say(
                "{statistic} of {term} in {column} is given twice.",
                statistic=cell.statistic,
                term=cell.term,
                column=cell.column,
            )
            problems.append(Problem("duplicate_cell", message, where=say("cell {number}", number=number)))
        seen.add(place)
    if problems:
        raise Refused(problems)
