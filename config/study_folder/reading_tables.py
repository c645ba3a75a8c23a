"""Context tables, the crosswalk and published tables: a CSV file or blocks, and what is said about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analytics.core.fields import Fields
from analytics.core.targets import Cell, check_cells
from config.study_folder.contents import ContextEntry, Decision, ItemEntry, TargetEntry, plain
from config.study_folder.fields import block, listed_blocks, named_blocks, texts
from config.study_folder.files import Source, cell
from surveys.models import CrosswalkDecision

CELL_COLUMNS = ("column", "term", "statistic", "printed", "label")
STATUSES = tuple(CrosswalkDecision.Status.values)


def contexts(source: Source) -> tuple[ContextEntry, ...]:
    """``context/NAME.csv`` with the key first; ``context/NAME.yaml`` may say labels, sources and a note."""
    entries = [_context(source, path) for path in source.listed("context", "*.csv")]
    return tuple(entry for entry in entries if entry is not None)


def _context(source: Source, path: Path) -> ContextEntry | None:
    table, about = source.table(path), path.with_suffix(".yaml")
    fields = source.fields(about) if about.is_file() else Fields({}, about.name, source.problems)
    if table is None or fields is None:
        return None
    said = block(fields, "columns") or Fields({}, "columns", source.problems)
    columns = [{"name": name, **plain(said.mapping(name))} for name in table[0]]
    said.finish()
    as_text = [column.pop("type", "") == "text" for column in columns]
    rows = [[cell(c, as_text=t) for c, t in zip(row, as_text, strict=True)] for row in table[1:]]
    labels, note = texts(fields, "labels"), fields.text("note").strip()
    fields.finish()
    return ContextEntry(path.stem, labels, note, columns, rows)


def items(source: Source) -> tuple[ItemEntry, ...]:
    """``crosswalk/*.yaml``: items, and per wave the variable, its code map and the status of the match."""
    entries: dict[str, ItemEntry] = {}
    for path in source.listed("crosswalk"):
        fields = source.fields(path)
        if fields is None:
            continue
        for name, inner in named_blocks(fields, "items"):
            if name in entries:
                fields.wrong(f"items.{name}", f"The item {name} is described twice.", code="named_twice")
            decisions = [
                one for wave, told in named_blocks(inner, "waves") for one in _decisions(told, wave, name)
            ]
            labels, note = texts(inner, "labels"), inner.text("note").strip()
            ordered = tuple(sorted(decisions, key=lambda decision: decision.wave))
            entries[name] = ItemEntry(name, labels, note, ordered)
            inner.finish()
        fields.finish()
    return tuple(entries[name] for name in sorted(entries))


def _decisions(fields: Fields, wave: str, item: str) -> list[Decision]:
    """A wave's decision, and those that took its place ``later``, each since another version."""
    later = [_decision(one, wave, item) for one in listed_blocks(fields, "later")]
    decisions = [_decision(fields, wave, item), *later]
    versions = [one.since or 0 for one in decisions]
    if versions != sorted(set(versions)):
        hint = "Each later decision names in “since” the version from which on it holds, in their order."
        fields.wrong("later", "Decisions on one wave must follow each other.", hint=hint)
    return decisions


def _decision(fields: Fields, wave: str, item: str) -> Decision:
    decision = Decision(
        wave=wave,
        variable=fields.text("variable", item),
        code_map=_pairs(
            fields, "codes", "Write [[1, 1], [2, 0]]: the code in this wave, the code of the item."
        ),
        missing_map=_pairs(fields, "missing", "Write [[97, dont_know]]: the code in this wave, the reason."),
        status=fields.choice("status", STATUSES, "complete"),
        reason=fields.text("reason").strip(),
        note=fields.text("note").strip(),
        since=_since(fields),
    )
    fields.finish()
    return decision


def _pairs(fields: Fields, name: str, hint: str) -> list[list[Any]]:
    pairs: Any = fields.take(name) or []
    if not isinstance(pairs, list) or any(not isinstance(pair, list) or len(pair) != 2 for pair in pairs):
        fields.wrong(name, f"“{name}” must list pairs.", hint=hint)
        return []
    return pairs


def _since(fields: Fields) -> int | None:
    number = fields.take("since")
    if number is not None and (not isinstance(number, int) or isinstance(number, bool) or number < 1):
        hint = "It is the first version of the wave that the decision is meant for."
        fields.wrong("since", "“since” must be a version's number.", hint=hint)
        return None
    return number


def targets(source: Source) -> tuple[TargetEntry, ...]:
    """``targets/**/NAME.csv``, one printed figure a line, and ``NAME.yaml`` with citation, kind and notes."""
    entries = [_target(source, path) for path in source.listed("targets", "**/*.csv")]
    return tuple(entry for entry in entries if entry is not None)


def _target(source: Source, path: Path) -> TargetEntry | None:
    table, fields = source.table(path), source.fields(path.with_suffix(".yaml"))
    if table is None or fields is None:
        return None
    if tuple(table[0]) != CELL_COLUMNS:
        hint = f"They are {', '.join(CELL_COLUMNS)}."
        source.wrong(path, "bad_columns", "The columns are not those of a target.", hint=hint)
        return None
    entry = TargetEntry(
        slug=path.relative_to(source.root / "targets").with_suffix("").as_posix(),
        labels=texts(fields, "labels"),
        citation=fields.text("citation").strip(),
        kind=fields.text("kind", required=True),
        notes=plain(fields.mapping("notes")),
        cells=[dict(zip(CELL_COLUMNS, row, strict=True)) for row in table[1:]],
    )
    fields.finish()
    with source.collecting(path):
        check_cells(entry.kind, tuple(Cell(**one) for one in entry.cells))
    return entry
