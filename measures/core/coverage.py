"""The proof that every code and every absence has an outcome.

Each item of a rule is looked at through the largest part of the rule that reads no other item: the part is
run, by the same engine as the data, on every code of the codebook, every value that occurs, the turning
points of the rule and every absence.  Where parts meet (a ``case`` over two items), all combinations of
codes are tried as well, as long as there are not too many of them.  What no list tells, and what is fitted
on the sample, is counted in the rows of the wave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from measures.core.engine.duck import DuckEngine
from measures.core.engine.interface import Cell, Plan
from measures.core.engine.sql import UNCOVERED
from measures.core.falling import Fallen, fallen, only, open_ends
from measures.core.language.functions import is_fitted
from measures.core.language.labels import label_of
from measures.core.language.sentences import phrase, reason_in_words
from measures.core.language.tree import Apply, Checked, Column, Typed, walk
from measures.core.observed import Observed
from measures.core.possible import Possible
from measures.core.trials import Known
from surveys.core.codebook import Scalar, Variable
from surveys.core.disclosure import FEWEST
from surveys.core.problems import Problem
from surveys.core.said import say, say_n

MOST_COMBINATIONS = 5_000
OUTCOMES = "Name it, or add other= (otherwise= in case); of a condition say which codes count, as in x == 1."


@dataclass(frozen=True)
class CoverageRow:
    """What becomes of one source code or absence of one item.

    ``value`` or ``reason`` is the cell of the item (for numbers without codes: a value that was tried).
    Both None: values that are not listed one by one (too many, or shared by too few), ``rows`` together.
    ``outcome`` or ``outcome_reason`` is what ``through`` makes of it: the part of the rule, in words ("en",
    "zh"), that reads only this item; empty when that is the whole rule.  Else what the rule gives depends on
    more than this cell.  Both are None where nothing names the cell.
    """

    item: str
    value: Scalar | None
    reason: str | None
    label: str
    rows: int
    outcome: Scalar | None
    outcome_reason: str | None
    is_covered: bool
    through: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Coverage:
    """The table, and a problem per code without an outcome; total when there is none."""

    rows: tuple[CoverageRow, ...]
    problems: tuple[Problem, ...]

    @property
    def is_total(self) -> bool:
        return not self.problems


def coverage_row(row: CoverageRow) -> dict[str, Any]:
    """One line of a coverage table as plain types.

    ``through``: the part of the rule, in words per language, whose outcome it is; empty of the whole rule.
    """
    return {
        "item": row.item,
        "value": row.value,
        "reason": row.reason,
        "label": row.label,
        "rows": row.rows,
        "outcome": row.outcome,
        "outcome_reason": row.outcome_reason,
        "is_covered": row.is_covered,
        "through": dict(row.through),
    }


def holes(found: Coverage) -> tuple[Problem, ...]:
    """What rows hold without an outcome, as everyone may read it.

    Values without a label that few rows share are counted together, and never fewer than ``FEWEST`` exactly.
    """
    lost = [row for row in found.rows if not row.is_covered and row.rows]
    told = [row for row in lost if row.value is not None and (row.label or row.rows >= FEWEST)]
    problems = [_problem(row) for row in told]
    rest = [row for row in lost if row not in told]
    for item in dict.fromkeys(row.item for row in rest):
        rows = sum(row.rows for row in rest if row.item == item)
        problems.append(_few(item) if rows < FEWEST else _problem(_joined(item, rows)))
    return tuple(problems)


def _joined(item: str, rows: int) -> CoverageRow:
    return CoverageRow(item, None, None, "", rows, None, None, False)


def _few(item: str) -> Problem:
    message = say("Fewer than {n} rows hold values of {item} that have no outcome.", n=FEWEST, item=item)
    return Problem("uncovered_code", message, hint="Add other= (otherwise= in case).")


def coverage(
    checked: Checked,
    observed: Mapping[str, Observed] | None = None,
    language: str = "en",
    engine: DuckEngine | None = None,
    data: Plan | None = None,
    derived: Mapping[str, Possible] | None = None,
) -> Coverage:
    """Code x outcome for every item of the rule, from its codebook codes, observed values and absences.

    ``derived``: the values that its earlier measures can give; no other needs an outcome.
    ``data`` is a wave with the earlier measures of the rule: what ``observed`` does not list is looked for
    in its rows, of which only numbers come back.
    """
    engine = engine or DuckEngine()
    seen, known = observed or {}, Known(checked.scope, observed or {}, derived or {})
    parts = _single_parts(checked.root)
    tried = [known.cells(name, part) for part, name in parts]
    asked = [
        (only(part, checked), [{name: cell} for cell in cells])
        for (part, name), cells in zip(parts, tried, strict=True)
    ]
    rows: list[CoverageRow] = []
    for (part, name), cells, outcomes in zip(parts, tried, engine.outcomes(asked), strict=True):
        teller = _Row(checked, name, seen.get(name, Observed()), part, language)
        rows += [teller.row(cell, outcome) for cell, outcome in zip(cells, outcomes, strict=True)]
    problems = [_problem(row) for row in rows if not row.is_covered]
    if not problems:
        problems = _combined(checked, known, engine)
    if data is not None:
        more = _unlisted(checked, rows, fallen(checked, seen, engine, data))
        rows += more
        problems += [_problem(row) for row in more]
    return Coverage(tuple(rows), tuple(dict.fromkeys(problems)))


def _single_parts(node: Typed) -> list[tuple[Typed, str]]:
    """The largest parts that read exactly one item, each item and part once, in order of the rule."""
    names = {part.name for part in walk(node) if isinstance(part, Column)}
    if len(names) == 1 and not any(is_fitted(part) for part in walk(node)):
        return [(node, names.pop())]
    found = [pair for part in node.parts() for pair in _single_parts(part)]
    return list(dict.fromkeys(found))


class _Row:
    """Makes the rows of one item and the part of the rule that reads it."""

    def __init__(self, checked: Checked, name: str, seen: Observed, part: Typed, language: str) -> None:
        self.name, self.language = name, language
        self.variable = checked.scope.variable(name)
        self.counts: dict[object, int] = {**dict(seen.values), **{("", word): n for word, n in seen.absent}}
        self.through = _in_words(part, checked)

    def row(self, cell: Cell, outcome: Cell) -> CoverageRow:
        assert self.variable is not None
        is_covered = outcome.reason != UNCOVERED
        return CoverageRow(
            item=self.name,
            value=cell.value,
            reason=cell.reason,
            label=_label(self.variable, cell, self.language),
            rows=self.counts.get(("", cell.reason) if cell.reason else cell.value, 0),
            outcome=outcome.value,
            outcome_reason=outcome.reason if is_covered else None,
            is_covered=is_covered,
            through=self.through,
        )


def _in_words(part: Typed, checked: Checked) -> dict[str, str]:
    """A part of the rule per language; nothing when it is the whole rule."""
    if part == checked.root:
        return {}
    return {language: phrase(part, checked.scope, language) for language in ("en", "zh")}


def _label(variable: Variable, cell: Cell, language: str) -> str:
    if cell.reason is not None:
        return reason_in_words(cell.reason, language)
    return label_of(variable, cell.value, language) if cell.value is not None else ""


def _unlisted(checked: Checked, told: Sequence[CoverageRow], lost: Sequence[Fallen]) -> list[CoverageRow]:
    """A row for what fell through beyond the values that were told one by one."""
    rows = []
    for one in lost:
        known = sum(row.rows for row in told if row.item in one.names and not row.is_covered)
        if one.rows > known:
            more, through = one.rows - known, _in_words(one.node, checked)
            rows.append(CoverageRow(", ".join(one.names), None, None, "", more, None, None, False, through))
    return rows


def _problem(row: CoverageRow) -> Problem:
    if row.value is None:
        message = say_n(
            row.rows or 0,
            "1 row holds a value of {item} that has no outcome.",
            "{rows} rows hold values of {item} that have no outcome.",
            rows=row.rows,
            item=row.item,
        )
        return Problem("uncovered_code", message, hint=OUTCOMES)
    what = f"“{row.value}”" if isinstance(row.value, str) else say("Code {value:g}", value=row.value)
    if row.label:
        what = say("{code} “{label}”", code=what, label=row.label)
    message = say_n(
        row.rows or 0,
        "{what} of {item} (1 row) has no outcome.",
        "{what} of {item} ({rows} rows) has no outcome." if row.rows else "{what} of {item} has no outcome.",
        what=what,
        item=row.item,
        rows=row.rows,
    )
    return Problem("uncovered_code", message, hint=OUTCOMES)


def _combined(checked: Checked, known: Known, engine: DuckEngine) -> list[Problem]:
    """Tries the combinations of several items where a case or recode might let one fall through."""
    problems: list[Problem] = []
    for node in open_ends(checked):
        if isinstance(node, Apply):  # a number taken as a condition: the rows of the wave tell
            continue
        rule = only(node, checked)
        names = (*rule.items, *rule.measures)
        if len(names) > 1 and not any(is_fitted(part) for part in walk(node)):
            problems += _fallen_through(rule, names, known, engine)
    return problems


def _fallen_through(rule: Checked, names: Sequence[str], known: Known, engine: DuckEngine) -> list[Problem]:
    choices: list[list[Cell]] = []
    total = 1
    for name in names:
        cells = known.cells(name, rule.root)
        choices.append(cells)
        total *= len(cells)
    if total > MOST_COMBINATIONS:
        message = say(
            "There are too many combinations of {names} to try them all ({total:,}).",
            names=names,
            total=total,
        )
        return [Problem("uncovered_combination", message, hint="Add otherwise= (other= in recode).")]
    rows = [dict(zip(names, cells, strict=True)) for cells in product(*choices)]
    (outcomes,) = engine.outcomes([(rule, rows)])
    lost = [row for row, outcome in zip(rows, outcomes, strict=True) if outcome.reason == UNCOVERED]
    if not lost:
        return []
    first = [f"{name} {cell.reason or cell.value}" for name, cell in lost[0].items()]
    message = say_n(
        len(lost),
        "1 of {total} combinations has no outcome: {first}.",
        "{n} of {total} combinations have no outcome, the first of them {first}.",
        n=len(lost),
        total=total,
        first=first,
    )
    return [Problem("uncovered_combination", message, hint="Add otherwise= (other= in recode).")]
