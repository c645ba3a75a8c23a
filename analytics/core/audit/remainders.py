"""What counts leave over: categories that exclude each other, part of a group, rows that no model uses.

The notes name such rows: ``sets: {marital: {rows: [unmarried, married]}, contract: {of: employee, rows:
[long_contract]}}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.core.audit.finding import AuditFinding
from analytics.core.targets import Moments, PrintedModel, PublishedTable
from surveys.core.said import say


def remainder_findings(table: PublishedTable) -> list[AuditFinding]:
    """n (or the group named) less the counts of a set: so many are in none of its rows."""
    sets = table.notes.get("sets")
    findings = []
    for column in table.columns:
        for name, said in sets.items() if isinstance(sets, Mapping) else ():
            found = _remainder(table, column, str(name), said if isinstance(said, Mapping) else {})
            findings += [found] if found is not None else []
    return findings


def _remainder(table: PublishedTable, column: str, name: str, said: Mapping[str, Any]) -> AuditFinding | None:
    rows = [str(row) for row in said.get("rows", ())]
    counts = [table.figure(column, row, "count") for row in rows]
    of = str(said.get("of", ""))
    whole = table.figure(column, of, "count") if of else None
    base = round(whole.value) if whole is not None else (None if of else table.base(column))
    if not rows or base is None or base <= 0 or any(count is None for count in counts):
        return None
    sizes = [round(count.value) for count in counts if count is not None]
    left = base - sum(sizes)
    line = say(
        "{base:,} − {sizes} = {left:,} ({percent:.1f} %)",
        base=base,
        sizes=" − ".join(f"{size:,}" for size in sizes),
        left=left,
        percent=100 * left / base,
    )
    where = (column,), tuple(rows)
    if left < 0:
        sentence = say(
            "{rows} hold {more:,} more than the {base:,} they are a part of.",
            rows=[table.label(row) for row in rows],
            more=-left,
            base=base,
        )
        return AuditFinding("parts_exceed_whole", "error", sentence, (line,), *where, {name: left})
    sentence = say(
        "{left:,} of {base:,} are in none of {rows}.",
        left=left,
        base=base,
        rows=[table.label(row) for row in rows],
    )
    return AuditFinding("remainder", "info", sentence, (line,), *where, {name: left})


def unused_findings(
    models: Sequence[PrintedModel], moments: Moments | None, outcome: str
) -> list[AuditFinding]:
    """Rows of the descriptive table that no model has as a term, other than the outcome."""
    if moments is None or not models:
        return []
    used = {part for model in models for term in model.estimates for part in term.split(":")}
    used |= {term for model in models for term in model.absorbed} | {outcome}
    unused = [term for term in moments.table.terms if term not in used and term != "n"]
    if not unused or len(unused) == len(moments.table.terms):
        return []
    sentence = say(
        "{rows} stand in the descriptive table and in no model.",
        rows=[moments.table.label(term) for term in unused],
    )
    line = say(
        "{n} rows of the descriptive table, {terms} terms in the models",
        n=len(moments.table.terms),
        terms=len(used - {outcome}),
    )
    return [AuditFinding("unused_rows", "info", sentence, (line,), (), tuple(unused))]
