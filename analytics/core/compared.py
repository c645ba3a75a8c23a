"""Printed figure, computed figure and verdict: what a run beside a published table comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.core.targets import Cell

EQUAL, SAMPLING, SAME_CLASS, CONTRADICTS = "equal", "within_sampling_error", "same_class", "contradicts"
DIFFERS, NOT_COMPUTED = "differs", "not_computed"
VERDICTS = (EQUAL, SAMPLING, SAME_CLASS, CONTRADICTS, DIFFERS, NOT_COMPUTED)
Z = 1.96
GRAVEST = (CONTRADICTS, DIFFERS, SAME_CLASS, SAMPLING, EQUAL)


@dataclass(frozen=True)
class Compared:
    """One cell: the texts printed, the numbers computed (shown with the printed decimals), the verdict.

    ``z`` is (computed - printed) / own standard error, for coefficients.
    """

    column: str
    printed: Mapping[str, str]
    shown: Mapping[str, str]
    verdict: str
    z: float | None = None


@dataclass(frozen=True)
class ComparedRow:
    """One row of the published table; ``cells`` in the order of the columns, None where empty."""

    term: str
    label: str
    cells: tuple[Compared | None, ...]
    section: str = "terms"  # or absorbed, fit
    coding: Mapping[str, str] = field(default_factory=dict)  # by language


@dataclass(frozen=True)
class Comparison:
    """``columns``: what each column is called and what stands beside it; ``summary`` counts verdicts."""

    columns: tuple[Mapping[str, str], ...]
    rows: tuple[ComparedRow, ...]
    rule: str
    summary: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)

    @property
    def verdict(self) -> str:
        """The worst verdict of all cells that could be compared; fit statistics are told apart."""
        found = {cell.verdict for row in self.rows if row.section != "fit" for cell in row.cells if cell}
        return next((verdict for verdict in GRAVEST if verdict in found), NOT_COMPUTED)

    @property
    def verdict_counts(self) -> dict[str, int]:
        """How many cells have each verdict, fit statistics aside."""
        every = Counter(
            cell.verdict for row in self.rows if row.section != "fit" for cell in row.cells if cell
        )
        return {verdict: every[verdict] for verdict in VERDICTS if every[verdict]}

    def as_json(self) -> dict[str, Any]:
        """Plain types only, ready for a page or a command."""
        return {
            "rule": self.rule,
            "verdict": self.verdict,
            "verdict_counts": self.verdict_counts,
            "columns": [dict(column) for column in self.columns],
            "rows": [
                {
                    "term": row.term,
                    "label": row.label,
                    "coding": dict(row.coding),
                    "section": row.section,
                    "cells": [_cell_json(cell) for cell in row.cells],
                }
                for row in self.rows
            ],
            "summary": [dict(one) for one in self.summary],
        }


def compare_figure(cell: Cell, computed: float | None, error: float | None = None) -> Compared:
    """One figure beside the computed one; ``error`` is the standard error of their difference, if known."""
    texts, printed = {cell.statistic: cell.printed}, cell.number
    if computed is None or printed is None:
        return Compared(cell.column, texts, {}, NOT_COMPUTED)
    z = (computed - printed.value) / error if error else None
    verdict = EQUAL if printed.agrees(computed) else DIFFERS
    if verdict == DIFFERS and z is not None and abs(z) <= Z:
        verdict = SAMPLING
    return Compared(cell.column, texts, {cell.statistic: printed.like(computed)}, verdict, z)


def summaries(columns: list[str], rows: Sequence[ComparedRow]) -> tuple[Mapping[str, Any], ...]:
    summaries = []
    for position, column in enumerate(columns):
        cells = [(row.section, cell) for row in rows if (cell := row.cells[position]) is not None]
        terms = [cell for section, cell in cells if section == "terms"]
        counts = Counter(cell.verdict for cell in terms)
        largest = max((abs(cell.z) for cell in terms if cell.z is not None), default=None)
        agreeing = sum(counts[verdict] for verdict in (EQUAL, SAMPLING))
        summaries.append(
            {
                "column": column,
                "cells": len(terms),
                "agreeing": agreeing,
                "share": agreeing / len(terms) if terms else None,
                "largest_z": largest,
                "fit_equal": sum(cell.verdict == EQUAL for section, cell in cells if section == "fit"),
                "fit_cells": sum(section == "fit" for section, _ in cells),
                "verdicts": {verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]},
            }
        )
    return tuple(summaries)


def _cell_json(cell: Compared | None) -> dict[str, Any] | None:
    if cell is None:
        return None
    return {
        "column": cell.column,
        "printed": dict(cell.printed),
        "computed": dict(cell.shown),
        "verdict": cell.verdict,
        "z": cell.z,
    }
