"""Two results side by side: every number of both, matched by model and term, and what changed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.core.audit.stars import stars_of
from analytics.core.record import Record
from analytics.core.spreading import category_labels, threshold_labels
from analytics.core.tables import table_of_result
from analytics.core.targets import STARS
from surveys.core.codebook import text_in
from surveys.core.spreadsheets import GUARDABLE

LEVEL = 0.05  # p below it is significant
IN_ESTIMATES = ("terms", "thresholds", "absorbed")
HEADS = (
    "model", "term", "category", "label", "a_estimate", "a_std_error", "a_p_value", "b_estimate",
    "b_std_error", "b_p_value", "difference", "sign_changed", "significance_changed",
)  # fmt: skip


@dataclass(frozen=True)
class Side(Record):
    """A coefficient in one of the runs."""

    estimate: float
    std_error: float | None
    p_value: float | None

    @property
    def stars(self) -> str:
        return stars_of(self.p_value, STARS) if self.p_value is not None else ""

    @property
    def is_significant(self) -> bool | None:
        """None where there is no p value."""
        return None if self.p_value is None else self.p_value < LEVEL


@dataclass(frozen=True)
class Change(Record):
    """One coefficient in both runs; a side is None where that run has none, or none that may be told."""

    model: str
    term: str
    category: str
    label: str
    a: Side | None
    b: Side | None

    @property
    def difference(self) -> float | None:
        """That of b from a."""
        return self.b.estimate - self.a.estimate if self.a and self.b else None

    @property
    def has_other_sign(self) -> bool:
        """One is above 0 and the other below."""
        return bool(self.a and self.b and self.a.estimate * self.b.estimate < 0)

    @property
    def has_other_significance(self) -> bool:
        if not (self.a and self.b) or None in (self.a.is_significant, self.b.is_significant):
            return False
        return self.a.is_significant != self.b.is_significant

    @property
    def is_same(self) -> bool:
        return self.a == self.b

    def as_json(self) -> dict[str, Any]:
        return super().as_json() | {
            "difference": self.difference,
            "sign_changed": self.has_other_sign,
            "significance_changed": self.has_other_significance,
        }


@dataclass(frozen=True)
class Figure(Record):
    """Any other figure of the tables (fit, variances, counts, shares) as shown; empty where there is none."""

    column: str
    key: str
    label: str
    a: str
    b: str

    @property
    def is_same(self) -> bool:
        return self.a == self.b


@dataclass(frozen=True)
class TwoRuns(Record):
    """All coefficients and all other figures of two results, in the order of the first."""

    changes: tuple[Change, ...]
    figures: tuple[Figure, ...]

    def counts(self) -> dict[str, int]:
        """How many coefficients stand in both, in one alone, differ, and changed sign or significance."""
        both = [one for one in self.changes if one.a and one.b]
        return {
            "matched": len(both),
            "only_a": sum(one.b is None for one in self.changes),
            "only_b": sum(one.a is None for one in self.changes),
            "differ": sum(not one.is_same for one in both),
            "sign_changed": sum(one.has_other_sign for one in both),
            "significance_changed": sum(one.has_other_significance for one in both),
            "figures_differ": sum(not one.is_same for one in self.figures),
        }

    def as_csv(self) -> str:
        """Coefficients with unrounded figures, a row each; texts like formulas are made harmless."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(HEADS)
        for one in self.changes:
            sides = [value for side in (one.a, one.b) for value in _cells(side)]
            marks = (one.difference, int(one.has_other_sign), int(one.has_other_significance))
            row = (one.model, one.term, one.category, one.label, *sides, *marks)
            writer.writerow([_harmless(cell) for cell in row])
        for figure in self.figures:
            row = (
                figure.column,
                figure.key,
                "",
                figure.label,
                figure.a,
                "",
                "",
                figure.b,
                "",
                "",
                "",
                "",
                "",
            )
            writer.writerow([_harmless(cell) for cell in row])
        return out.getvalue()


def two_runs(a: Mapping[str, Any], b: Mapping[str, Any], language: str = "en") -> TwoRuns:
    """The results of two runs (as somebody may see them) side by side.

    Coefficients are matched by model, term (``a:b`` is ``b:a``) and category; a single model is matched with
    a single one whatever it is called.  Other figures are matched by their place in the tables.
    """
    alone = len(a.get("models", ())) == len(b.get("models", ())) == 1
    ours, theirs = _coefficients(a, language, alone), _coefficients(b, language, alone)
    changes = tuple(
        Change(
            *_named(ours.get(key) or theirs[key]),
            a=ours[key][4] if key in ours else None,
            b=theirs[key][4] if key in theirs else None,
        )
        for key in dict.fromkeys((*ours, *theirs))
    )
    return TwoRuns(changes, tuple(_figures(a, b, language, alone)))


Key = tuple[str, frozenset[str], str]
Found = tuple[str, str, str, str, Side]


def _named(found: Found) -> tuple[str, str, str, str]:
    return found[:4]


def _coefficients(result: Mapping[str, Any], language: str, alone: bool) -> dict[Key, Found]:
    found: dict[Key, Found] = {}
    for model in result.get("models", ()):
        labels = {one["name"]: one["labels"] for one in model["columns"]} | threshold_labels(model)
        keys = {one["name"]: one["key"] for one in model["columns"]}
        categories = category_labels(model, language)
        for one in (*model["result"]["estimates"], *model["result"].get("thresholds", ())):
            if one["estimate"] is None:
                continue
            term, category = keys.get(one["term"], one["term"]), str(one.get("category") or "")
            label = text_in(labels.get(one["term"], {}), language)
            named = f"{label} → {categories.get(category, category)}" if category else label
            side = Side(one["estimate"], one["std_error"], one["p_value"])
            key = ("" if alone else model["name"], frozenset(term.split(":")), category)
            found[key] = (model["name"], term, category, named, side)
    return found


def _figures(a: Mapping[str, Any], b: Mapping[str, Any], language: str, alone: bool) -> Iterator[Figure]:
    ours, theirs = _shown(a, language, alone), _shown(b, language, alone)
    for place in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(place, ""), theirs.get(place, "")
        if one or other:
            column, key, label, _occurrence = place
            yield Figure(column, key, label, one, other)


def _shown(result: Mapping[str, Any], language: str, alone: bool) -> dict[tuple[str, str, str, int], str]:
    """(column, row, label, which of the same) -> text."""
    table = table_of_result(result, language)
    found: dict[tuple[str, str, str, int], str] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for row in table.rows:
        if "models" in result and row.section in IN_ESTIMATES:
            continue
        for head, cell in zip(table.columns, row.cells, strict=True):
            place = ("" if alone else head, row.key, row.label)
            found[(*place, seen[place])] = cell.text if cell else ""
            seen[place] += 1
    return found


def _cells(side: Side | None) -> Iterable[float | None]:
    return (side.estimate, side.std_error, side.p_value) if side else (None, None, None)


def _harmless(cell: object) -> object:
    """Numbers are written as they are; a text that starts like a formula is prefixed."""
    return f"'{cell}" if isinstance(cell, str) and re.match(GUARDABLE, cell) else "" if cell is None else cell
