"""The table a reader sees on a codebook page, laid out from counted frequencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.core.codebook import Labels, MissingRule, Scalar, Variable
from surveys.core.disclosure import disclosed


@dataclass(frozen=True)
class Row:
    """One line: a code (or an absence), what it stands for, how many rows; percents are 0 to 100."""

    value: Scalar | None
    labels: Labels
    n: int
    of_all: float
    of_valid: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class FrequencyTable:
    """Valid codes first, absences set apart; ``unlisted`` counts valid rows whose value has no line.

    ``is_withheld`` says that something was left out because it would tell single answers; ``is_multiple``
    that a row may have chosen several codes: percents are of rows, and may add up to more than 100.
    """

    n: int
    n_valid: int
    valid: tuple[Row, ...] = ()
    absent: tuple[Row, ...] = ()
    unlisted: int = 0
    distinct: int = 0
    stats: Mapping[str, float | None] = field(default_factory=dict)
    histogram: tuple[tuple[float, float, int], ...] = ()
    is_withheld: bool = False
    is_multiple: bool = False

    @property
    def n_absent(self) -> int:
        return self.n - self.n_valid

    @property
    def percent_valid(self) -> float:
        return _percent(self.n_valid, self.n)


def frequency_table(variable: Variable, counted: Mapping[str, Any]) -> FrequencyTable:
    """Lays out what may be told of what ``surveys.core.frequencies`` counted, with the codebook's labels.

    ``counted`` may be empty (nothing was counted): the table is then empty too.
    """
    counted = disclosed(variable, counted)
    n, n_valid = counted.get("n", 0), counted.get("valid", 0)
    chosen = counted.get("chosen")  # of each answer in a text that holds several
    listed = [(value, count) for value, count in chosen or counted.get("values", ())]
    return FrequencyTable(
        n=n,
        n_valid=n_valid,
        valid=tuple(_valid_row(variable, value, count, n, n_valid) for value, count in listed),
        absent=tuple(_absent_rows(variable, counted, n)),
        unlisted=n_valid - sum(count for _, count in listed) if listed and not chosen else 0,
        distinct=counted.get("distinct", 0),
        stats=counted.get("stats") or {},
        histogram=tuple((low, high, count) for low, high, count in counted.get("histogram") or ()),
        is_withheld=bool(counted.get("withheld")) and not chosen,
        is_multiple=bool(chosen),
    )


def _valid_row(variable: Variable, value: Scalar, count: int, n: int, n_valid: int) -> Row:
    return Row(value, _code_labels(variable, value), count, _percent(count, n), _percent(count, n_valid))


def _absent_rows(variable: Variable, counted: Mapping[str, Any], n: int) -> list[Row]:
    """Declared codes one by one, then what is left of each reason (ranges, empty cells)."""
    left = dict(counted.get("absent", {}))
    rows = []
    for code, count, reason in counted.get("missing_codes", ()):
        left[reason] = left.get(reason, 0) - count
        rows.append(Row(code, _missing_labels(variable, code), count, _percent(count, n), reason=reason))
    rest = [Row(None, {}, count, _percent(count, n), reason=why) for why, count in left.items() if count > 0]
    return rows + rest


def _code_labels(variable: Variable, value: Scalar) -> Labels:
    return next((code.labels for code in variable.codes if _same(code.value, value)), {})


def _missing_labels(variable: Variable, code: Scalar) -> Labels:
    for rule in variable.missing:
        if rule.labels and _names(rule, code):
            return rule.labels
    return _code_labels(variable, code)


def _names(rule: MissingRule, code: Scalar) -> bool:
    return (rule.value is not None and _same(rule.value, code)) or (
        rule.tag is not None and code == f".{rule.tag}"
    )


def _same(one: Scalar, other: Scalar) -> bool:
    """Equal as codes: 1 and 1.0 are, 1 and "1" are not."""
    return isinstance(one, str) == isinstance(other, str) and one == other


def _percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 0.0
