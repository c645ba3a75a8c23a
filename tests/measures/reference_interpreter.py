"""The slow way to run a rule: one respondent at a time, in plain Python.

Written from the description of each function, not from the engine, to be the oracle for it.  A value is an
int, float, str, bool or date; an absence is an :class:`Absence`.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from measures.core.language import ContextTable
from measures.core.language import tree as t
from surveys.core.absence import strongest
from tests.measures.reference_scores import Asked, Metric, metric


@dataclass(frozen=True)
class Absence:
    reason: str


OUTSIDE = Absence("out_of_range")
Row = Mapping[str, Any]
Cells = list[tuple[Any, str | None]]  # (value, reason) per row
# Logarithms and exponentials: the last bit is the C library's own affair.  The engine, PSPP and R compute the
# rest in doubles as the interpreter does.
RELATIVE = 1e-12
Seen = dict[tuple[Any, ...], Any]  # what fitted parts have made of the whole sample, each once


def run(
    root: t.Typed, rows: Sequence[Row], contexts: Mapping[str, ContextTable], every: int = 1
) -> list[Any]:
    """The rule on every row, or on some; conditions come back as 1 and 0."""
    seen: Seen = {}
    found = [Interpreter(row, rows, contexts, seen).value(root) for row in rows[::every]]
    if root.type is t.Type.CONDITION:
        return [cell if isinstance(cell, Absence) else int(cell) for cell in found]
    if root.type is t.Type.INTEGER and not isinstance(root, t.Column):
        return [OUTSIDE if not isinstance(cell, Absence) and abs(cell) > 2**53 else cell for cell in found]
    return found


def cells_of(
    root: t.Typed, rows: Sequence[Row], contexts: Mapping[str, ContextTable], every: int = 1
) -> Cells:
    """What :func:`run` gives, as values and reasons."""
    found = run(root, rows, contexts, every)
    return [(None, cell.reason) if isinstance(cell, Absence) else (cell, None) for cell in found]


def differences(expected: Cells, found: Cells) -> list[str]:
    """The first rows in which two columns differ, in words."""
    assert len(expected) == len(found)
    pairs = enumerate(zip(expected, found, strict=True))
    return [f"row {at}: {one} / {two}" for at, (one, two) in pairs if not same(one, two)][:3]


def same(expected: tuple[Any, str | None], found: tuple[Any, str | None]) -> bool:
    (value, reason), (other, why) = expected, found
    if reason is not None or why is not None:
        return reason == why and value is None and other is None
    if isinstance(value, int | float) and isinstance(other, int | float):
        return math.isclose(value, other, rel_tol=RELATIVE, abs_tol=1e-300)
    return bool(value == other)


class Interpreter:
    def __init__(
        self, row: Row, rows: Sequence[Row], contexts: Mapping[str, ContextTable], seen: Seen
    ) -> None:
        self.row, self.rows, self.contexts, self.seen = row, rows, contexts, seen

    def value(self, node: t.Typed) -> Any:
        match node:
            case t.Column(name=name):
                return self.row[name]
            case t.Constant(value=value, type=t.Type.DATE):
                return date.fromisoformat(str(value))
            case t.Constant(value=value):
                return value
            case t.Absent(reason=reason):
                return Absence(reason)
            case t.Member(operand=operand, test=test):
                cell = self.value(operand)
                return cell if isinstance(cell, Absence) else self.holds(test, cell)
            case t.IsMissing(operand=operand, reasons=reasons):
                cell = self.value(operand)
                return isinstance(cell, Absence) and (not reasons or cell.reason in reasons)
            case t.Recode():
                return self.recode(node)
            case t.Case():
                return self.case(node)
            case t.Lookup():
                return self.lookup(node)
            case t.Apply():
                return self.apply(node)
        raise TypeError(node)

    def holds(self, test: t.Test, cell: Any) -> bool:
        if isinstance(cell, Absence):
            return cell.reason in test.reasons
        if cell in test.values:
            return True
        return any(
            (low is None or cell >= low) and (high is None or cell <= high) for low, high in test.ranges
        )

    def recode(self, node: t.Recode) -> Any:
        cell = self.value(node.operand)
        for test, outcome in node.branches:
            if self.holds(test, cell):
                return self.value(outcome)
        if isinstance(cell, Absence):
            return cell
        return OUTSIDE if node.other is None else self.value(node.other)

    def case(self, node: t.Case) -> Any:
        for condition, outcome in node.branches:
            cell = self.value(condition)
            if isinstance(cell, Absence):
                return cell
            if cell:
                return self.value(outcome)
        return OUTSIDE if node.otherwise is None else self.value(node.otherwise)

    def lookup(self, node: t.Lookup) -> Any:
        key = self.value(node.key)
        if isinstance(key, Absence):
            return key
        table = self.contexts[node.table]
        for row in table.rows:
            if row[0] == key:
                found = row[table.columns.index(node.column)]
                return Absence("system") if found is None else found
        return OUTSIDE

    def apply(self, node: t.Apply) -> Any:
        if node.function in ("group_mean", "group_share"):
            return self.grouped(node)
        if node.function in ("standardise", "percentile_rank", "quantile_band"):
            return self.fitted(node)
        cells = [self.value(part) for part in node.arguments]
        method = getattr(self, "f_" + _NAMES.get(node.function, node.function))
        lenient = ("and", "or", "any_of", "all_of", "first_answered")
        if node.function in lenient or "at_least" in dict(node.settings):
            return method(node, cells)
        absent = strongest(cell.reason for cell in cells if isinstance(cell, Absence))
        return Absence(absent) if absent else method(node, cells)

    def grouped(self, node: t.Apply) -> Any:
        own = self.value(node.arguments[-1])
        if isinstance(own, Absence):
            return own
        return self.once(("mean", node, own), lambda: self.mean_of_group(node, own))

    def fitted(self, node: t.Apply) -> Any:
        cells = [self.value(part) for part in node.arguments]
        absent = strongest(cell.reason for cell in cells if isinstance(cell, Absence))
        if absent:
            return Absence(absent)
        if node.function == "standardise":
            mean, sd = self.once(("metric", node), lambda: self.metric(node))
            return (cells[0] - mean) / sd
        sample = self.once(("sample", node), lambda: sorted(self.sample(node)))
        if node.function == "percentile_rank":
            below = sum(cell < cells[0] for cell in sample)
            same = sum(cell == cells[0] for cell in sample)
            return (below + same / 2) / len(sample)
        bands = int(node.setting("bands"))
        ends = [sample[math.ceil(Fraction(k * len(sample), bands)) - 1] for k in range(1, bands)]
        return 1 + sum(cells[0] > end for end in ends)

    def sample(self, node: t.Apply) -> list[Any]:
        """The valid values of a fitted part: of rows, or one of each group."""
        columns = [self.whole(part) for part in node.arguments]
        rows = [row for row in zip(*columns, strict=True) if not any(isinstance(c, Absence) for c in row)]
        return (
            [row[0] for row in rows] if len(columns) == 1 else list({row[1]: row[0] for row in rows}.values())
        )

    def once(self, key: tuple[Any, ...], find: Callable[[], Any]) -> Any:
        """What does not depend on the row is found for the first row that asks."""
        if key not in self.seen:
            self.seen[key] = find()
        return self.seen[key]

    def f_factor_score(self, node: t.Apply, cells: list[Any]) -> Any:
        """Weights times standardised items; an absent item stands at the mean."""
        valid = self.valid(node, cells)
        if isinstance(valid, Absence):
            return valid
        found = self.once(("scores", node), lambda: self.scores(node))
        each = zip(cells, found.weights, found.means, found.sds, strict=True)
        total = sum(
            0.0 if isinstance(cell, Absence) else w * ((cell - mean) / sd) for cell, w, mean, sd in each
        )
        return total / len(valid) if node.setting("scores") == "mean" else total

    def scores(self, node: t.Apply) -> Metric:
        rows = zip(*(self.whole(part) for part in node.arguments), strict=True)
        complete = [
            [Fraction(cell) for cell in row]
            for row in rows
            if not any(isinstance(cell, Absence) for cell in row)
        ]
        said: dict[str, Any] = {name: said for name, said in node.settings if name != "at_least"}
        return metric(complete, Asked(**said))

    def metric(self, node: t.Apply) -> tuple[float, float]:
        exact = [Fraction(cell) for cell in self.sample(node)]
        mean = statistics.mean(exact)
        variance = sum((cell - mean) ** 2 for cell in exact) / (len(exact) - 1)
        return float(mean), math.sqrt(variance)

    def mean_of_group(self, node: t.Apply, own: Any) -> Any:
        least = dict(node.settings).get("at_least", 1)
        pairs = zip(self.whole(node.arguments[0]), self.whole(node.arguments[1]), strict=True)
        mine = [Fraction(cell) for cell, group in pairs if group == own and not isinstance(cell, Absence)]
        return float(statistics.mean(mine)) if len(mine) >= least else Absence("no_answer")

    def whole(self, part: t.Typed) -> list[Any]:
        others = (Interpreter(row, self.rows, self.contexts, self.seen) for row in self.rows)
        found: list[Any] = self.once(("whole", part), lambda: [other.value(part) for other in others])
        return found

    # Logic

    def f_and(self, node: t.Apply, cells: list[Any]) -> Any:
        if any(cell is False for cell in cells):
            return False
        absent = strongest(cell.reason for cell in cells if isinstance(cell, Absence))
        return Absence(absent) if absent else True

    def f_or(self, node: t.Apply, cells: list[Any]) -> Any:
        if any(cell is True for cell in cells):
            return True
        absent = strongest(cell.reason for cell in cells if isinstance(cell, Absence))
        return Absence(absent) if absent else False

    def f_any_of(self, node: t.Apply, cells: list[Any]) -> Any:
        found = self.f_or(node, cells)
        return False if isinstance(found, Absence) and self.enough(node, cells) else found

    def f_all_of(self, node: t.Apply, cells: list[Any]) -> Any:
        found = self.f_and(node, cells)
        return True if isinstance(found, Absence) and self.enough(node, cells) else found

    def enough(self, node: t.Apply, cells: list[Any]) -> bool:
        return (
            len(cells) - sum(isinstance(cell, Absence) for cell in cells) >= dict(node.settings)["at_least"]
        )

    def f_not(self, node: t.Apply, cells: list[Any]) -> Any:
        return not cells[0]

    def f_truth(self, node: t.Apply, cells: list[Any]) -> Any:
        return {0: False, 1: True}.get(cells[0], OUTSIDE)

    def f_number(self, node: t.Apply, cells: list[Any]) -> Any:
        return int(cells[0])

    def f_compare(self, node: t.Apply, cells: list[Any]) -> Any:
        left, right = cells
        return {
            "==": lambda: left == right,
            "!=": lambda: left != right,
            "<": lambda: left < right,
            "<=": lambda: left <= right,
            ">": lambda: left > right,
            ">=": lambda: left >= right,
        }[node.function]()

    # Sets

    def valid(self, node: t.Apply, cells: list[Any]) -> Any:
        """The valid arguments, or the absence when there are too few."""
        if not self.enough(node, cells):
            return Absence(strongest(cell.reason for cell in cells if isinstance(cell, Absence)) or "")
        return [cell for cell in cells if not isinstance(cell, Absence)]

    def f_set(self, node: t.Apply, cells: list[Any]) -> Any:
        valid = self.valid(node, cells)
        if isinstance(valid, Absence):
            return valid
        total = 0.0
        for cell in valid:
            total += cell
        results = {
            "sum_of": lambda: total,
            "count_of": lambda: total,
            "mean_of": lambda: total / len(valid),
            "share_of": lambda: total / len(valid),
            "min": lambda: min(valid),
            "max": lambda: max(valid),
        }
        return _finite(results[node.function]())

    def f_first_answered(self, node: t.Apply, cells: list[Any]) -> Any:
        for cell in cells:
            if not isinstance(cell, Absence):
                return cell
        return Absence(strongest(cell.reason for cell in cells) or "")

    def f_diversity(self, node: t.Apply, cells: list[Any]) -> Any:
        counts = self.valid(node, cells)
        if isinstance(counts, Absence):
            return counts
        total = 0.0
        for count in counts:
            total += count
        if min(counts) < 0 or total == 0 or math.isinf(total):
            return OUTSIDE
        squares = 0.0
        for count in counts:
            squares += (count / total) * (count / total)
        return 1 - squares

    def f_deprivation(self, node: t.Apply, cells: list[Any]) -> Any:
        held = self.valid(node, cells)
        if isinstance(held, Absence):
            return held
        return sum(held) / len(held) if sum(held) >= int(node.setting("cutoff")) else 0.0

    def f_weighted_mean(self, node: t.Apply, cells: list[Any]) -> Any:
        enough = self.valid(node, cells)
        if isinstance(enough, Absence):
            return enough
        total, whole = 0.0, 0.0
        for cell, weight in zip(cells, node.weights, strict=True):
            if not isinstance(cell, Absence):
                total += weight * float(cell)
                whole += weight
        return _finite(total / whole)

    def f_rank_weight(self, node: t.Apply, cells: list[Any]) -> Any:
        for cell, weight in zip(cells, node.weights, strict=True):
            if cell is True:
                return weight
        enough = self.valid(node, cells)
        return enough if isinstance(enough, Absence) else 0.0

    # Texts

    def f_starts_with(self, node: t.Apply, cells: list[Any]) -> Any:
        return any(cells[0].startswith(sought) for sought in cells[1:])

    def f_contains(self, node: t.Apply, cells: list[Any]) -> Any:
        return any(sought in cells[0] for sought in cells[1:])

    def f_part_of(self, node: t.Apply, cells: list[Any]) -> Any:
        start, length = int(node.setting("start")), int(node.setting("length"))
        part = cells[0][start - 1 : start - 1 + length]
        return part if len(part) == length else OUTSIDE

    def f_as_number(self, node: t.Apply, cells: list[Any]) -> Any:
        return float(cells[0]) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", cells[0]) else OUTSIDE

    # Numbers

    def f_arithmetic(self, node: t.Apply, cells: list[Any]) -> Any:
        left, right = (float(cell) for cell in cells)
        if node.function == "/":
            return OUTSIDE if right == 0 else _finite(left / right)
        return _finite({"+": left + right, "-": left - right, "*": left * right}[node.function])

    def f_negate(self, node: t.Apply, cells: list[Any]) -> Any:
        return -cells[0]

    def f_ln(self, node: t.Apply, cells: list[Any]) -> Any:
        return math.log(cells[0]) if cells[0] > 0 else OUTSIDE

    def f_log10(self, node: t.Apply, cells: list[Any]) -> Any:
        return math.log10(cells[0]) if cells[0] > 0 else OUTSIDE

    def f_sqrt(self, node: t.Apply, cells: list[Any]) -> Any:
        return math.sqrt(cells[0]) if cells[0] >= 0 else OUTSIDE

    def f_exp(self, node: t.Apply, cells: list[Any]) -> Any:
        try:
            return math.exp(cells[0])
        except OverflowError:
            return OUTSIDE

    def f_abs(self, node: t.Apply, cells: list[Any]) -> Any:
        return abs(cells[0])

    def f_floor(self, node: t.Apply, cells: list[Any]) -> Any:
        return math.floor(cells[0])

    def f_round(self, node: t.Apply, cells: list[Any]) -> Any:
        power = 10.0 ** int(node.setting("digits"))
        size = abs(cells[0]) * power + 0.5
        if math.isinf(size):
            return OUTSIDE
        return math.copysign(math.floor(size) / power, cells[0])

    def f_band(self, node: t.Apply, cells: list[Any]) -> Any:
        return 1 + sum(cells[0] >= limit for limit in cells[1:])

    def f_reverse(self, node: t.Apply, cells: list[Any]) -> Any:
        low, high = node.setting("low"), node.setting("high")
        return low + high - cells[0] if low <= cells[0] <= high else OUTSIDE

    def f_months_between(self, node: t.Apply, cells: list[Any]) -> Any:
        year, month, later, later_month = cells
        if not (1 <= month <= 12 and 1 <= later_month <= 12):
            return OUTSIDE
        return (later - year) * 12 + later_month - month

    def f_years_between(self, node: t.Apply, cells: list[Any]) -> Any:
        months = self.f_months_between(node, cells)
        return months if isinstance(months, Absence) else math.floor(months / 12)

    def f_age(self, node: t.Apply, cells: list[Any]) -> Any:
        birth, day = (_day(cell) for cell in cells)
        if birth is None or day is None:
            return OUTSIDE
        years = day.year - birth.year
        try:
            birthday = birth.replace(year=day.year)
        except ValueError:  # born on 29 February
            birthday = date(day.year, 3, 1)
        return years if day >= birthday else years - 1

    def f_days_between(self, node: t.Apply, cells: list[Any]) -> Any:
        first, second = (_day(cell) for cell in cells)
        return OUTSIDE if first is None or second is None else (second - first).days

    def f_year(self, node: t.Apply, cells: list[Any]) -> Any:
        return _of_text(cells[0], 0) if isinstance(cells[0], str) else cells[0].year

    def f_month(self, node: t.Apply, cells: list[Any]) -> Any:
        return _of_text(cells[0], 1) if isinstance(cells[0], str) else cells[0].month


def _day(cell: Any) -> date | None:
    """The day of a date, of a point in time or of a text YYYY-MM-DD; None for any other text."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return None


def _of_text(text: str, place: int) -> Any:
    """The year (0) or month (1) of YYYY-MM or YYYY-MM-DD."""
    parts = text.split("-")
    sizes, digits = [len(part) for part in parts], "".join(parts)
    is_plain = sizes in ([4, 2], [4, 2, 2]) and digits.isascii() and digits.isdigit()
    if not is_plain or not 1 <= int(parts[1]) <= 12 or digits[6:7] > "3":
        return OUTSIDE
    return int(parts[place])


def _finite(value: float) -> Any:
    return value if math.isfinite(value) else OUTSIDE


_NAMES = {
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), "compare"),
    **dict.fromkeys(("+", "-", "*", "/"), "arithmetic"),
    **dict.fromkeys(("sum_of", "count_of", "mean_of", "share_of", "min", "max"), "set"),
}
