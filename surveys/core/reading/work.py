"""One file from bytes to a stored table: described, weighed, settled, counted, hashed, written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core import table
from surveys.core.codebook import Codebook, Role, Variable, as_json
from surveys.core.findings import Finding, Severity
from surveys.core.frequencies import count_raw
from surveys.core.hashing import column_hash, table_hash
from surveys.core.problems import Problem, Refused
from surveys.core.quality import looked_over
from surveys.core.reading import codebooks
from surveys.core.reading.infinite import with_rules
from surveys.core.reading.options import ReadOptions
from surveys.core.reading.overlay import lay_document_over, sheet_of, whole_of
from surveys.core.reading.own_workbook import with_own_codebook
from surveys.core.reading.raw import Reader
from surveys.core.reading.reason_columns import fold_reasons
from surveys.core.reading.remarks import check_key, remarks, without_declared
from surveys.core.reading.sas_labels import without_labels
from surveys.core.reading.settle import Settled, TypedColumn, check_budget, settle
from surveys.core.reading.sheet import declared_types, lay_over, tags_nowhere
from surveys.core.reading.sheet_lines import SheetLines
from surveys.core.reading.sheet_sets import with_sets
from surveys.core.reading.split_text import split_texts
from surveys.core.reading.whole import Whole, deciding, put_on
from surveys.core.said import say, with_sources
from surveys.core.split_counts import with_chosen

ROW_GROUP, MORSEL = 32_768, 8_192  # rows
THREADS = 2
FLAT = ("csv", "xlsx")  # formats whose columns have no types but what they look like


def reader_for(
    path: Path,
    data: memoryview,
    kind: str,
    options: ReadOptions,
    names: Iterable[str] = (),
    *,
    is_own: bool = False,
) -> Reader:
    """The reader of a format that :func:`surveys.core.reading.sniff.sniff` named; ``names`` are those of the
    columns, where a codebook sheet gives them; ``is_own``: the file came with a whole codebook of ours.
    A reading loads the one reader that it needs."""
    if kind in ("sav", "zsav"):
        from surveys.core.reading.spss_cells import SpssReader

        return SpssReader(data, rows_are_known=options.declared_rows is not None)
    if kind == "dta":
        from surveys.core.reading.stata_cells import StataReader

        return StataReader(data)
    if kind == "por":
        from surveys.core.reading.spss_por import PortableReader

        return PortableReader(data)
    if kind == "xpt":
        from surveys.core.reading.xport_cells import XportReader

        return XportReader(data, rows_are_known=options.declared_rows is not None)
    if kind == "sas7bdat":
        from surveys.core.reading.sas_cells import SasReader

        return SasReader(data, options.encoding)
    if kind == "parquet":
        from surveys.core.reading.columnar import ParquetReader

        return ParquetReader(path)
    if kind == "xlsx":
        from surveys.core.reading.workbook_reader import WorkbookReader

        return WorkbookReader(path, options.sheet, options.header_rows or 0, with_empty=is_own)
    from surveys.core.reading.delimited import DelimitedReader

    return DelimitedReader(data, options.encoding, options.header_rows or 0, names)


def work(path: Path, data: memoryview, kind: str, target: Path, options: ReadOptions) -> dict[str, Any]:
    """Reads a file, writes ``target`` and returns everything else as plain JSON types."""
    options, own = with_own_codebook(path, kind, options)
    whole = whole_of(options)
    sheet = whole.lines() if whole else sheet_of(options)
    named = (line.name for line in sheet.lines)
    reader = reader_for(path, data, kind, options, named, is_own=whole is not None)
    file = reader.describe()
    check_budget(file, options)
    settled = settle(reader, file, options, declared_types(sheet) if file.format in FLAT else {})
    settled.findings += own
    codebook = codebooks.build(file, settled, options)
    _check_names(codebook)
    codebook = _laid_over(codebook, settled, sheet, whole)
    codebook, told = lay_document_over(codebook, options)
    settled.findings += told
    if whole:
        codebook = _exactly(codebook, settled, whole, options.key)
    elif options.key:
        codebook = _with_key(codebook, settled, options.key)
    if file.format in ("sas7bdat", "xpt"):
        settled.findings += without_labels(codebook)
    codebook = with_rules(codebook, [column.rules for column in settled.columns])
    cells = [(column.values, column.tags) for column in settled.columns]
    settled.findings = list(without_declared(settled.findings, codebook, cells))
    with ThreadPoolExecutor(1) as pool:  # neither needs the other
        writing = pool.submit(_write, settled, target)
        counted = _counted(codebook, settled)
        writing.result()
    findings = [*settled.findings, *remarks(codebook, counted["frequencies"])]
    findings += looked_over(codebook, target, counted["frequencies"])
    return {
        "codebook": as_json(codebook),
        "rows": settled.rows,
        "format": file.format,
        "encoding": settled.decision.name,
        "findings": [with_sources(_finding_json(finding)) for finding in findings],
        "read_as": _read_as(file.format, whole.read_as if whole else deciding(sheet)),
        **counted,
    }


def _read_as(format: str, lines: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The lines that decided the cells: any of a flat file's, elsewhere those that split texts."""
    return [line for line in lines if format in FLAT or line.get("split")]


def _laid_over(codebook: Codebook, settled: Settled, sheet: SheetLines, whole: Whole | None) -> Codebook:
    """The codebook with all that the sheet says; refused with everything that is wrong with the sheet."""
    problems: list[Problem] = []
    steps: tuple[Callable[[Codebook], Codebook], ...] = (
        lambda book: lay_over(book, sheet, settled.findings),
        lambda book: fold_reasons(book, settled, sheet, whole.codebook if whole else None),
        lambda book: split_texts(book, settled, sheet),
        lambda book: with_sets(book, sheet),
    )
    for step in steps:
        try:
            codebook = step(codebook)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    settled.findings += tags_nowhere(codebook, sheet) if whole is None else ()
    return codebook


def _check_names(codebook: Codebook) -> None:
    names = codebook.names
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    problems = [Problem("duplicate_name", "Two variables have this name.", where=name) for name in twice]
    if "" in names:
        problems.append(Problem("no_name", say("Variable {index} has no name.", index=names.index("") + 1)))
    if problems:
        raise Refused(problems)


def _exactly(codebook: Codebook, settled: Settled, whole: Whole, key: str) -> Codebook:
    """The whole codebook, its key held against the column; another key that was named is told of."""
    told = put_on(codebook, whole)
    if whole.key:
        _with_key(told, settled, whole.key)
    if key and key != whole.key:
        text = say("The codebook was taken exactly as it is: {key} is not the key in it.", key=key)
        settled.findings.append(Finding(Severity.INFO, "key_not_in_codebook", text, key))
    return told


def _with_key(codebook: Codebook, settled: Settled, key: str) -> Codebook:
    column = settled.columns[codebook.names.index(key)] if key in codebook.names else None
    check_key(codebook, key, column.values if column else None, column.tags if column else None)
    roles = (replace(v, role=Role.KEY) if v.name == key else v for v in codebook.variables)
    return replace(codebook, variables=tuple(roles))


def _counted(codebook: Codebook, settled: Settled) -> dict[str, Any]:
    """Hash and frequencies of every column; none needs another, so two are taken at a time."""

    def of(variable: Variable, column: TypedColumn) -> tuple[str, dict[str, Any]]:
        hashed = column_hash(column.type, column.values, column.tags)
        return hashed, count_raw(column.values, column.tags, variable)

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(of, codebook.variables, settled.columns))
    hashes, counted = [one for one, _ in found], [counts for _, counts in found]
    chosen = with_chosen(codebook, dict(zip(codebook.names, counted, strict=True)))
    frequencies = [chosen.get(name, counts) for name, counts in zip(codebook.names, counted, strict=True)]
    return {
        "column_hashes": hashes,
        "frequencies": frequencies,
        "has_tags": [column.tags is not None for column in settled.columns],
        "content_hash": table_hash(zip(codebook.names, hashes, strict=True), settled.rows),
    }


def _write(settled: Settled, target: Path) -> None:
    """One Parquet file, a few thousand rows after the other, so that few are ever held in full width."""
    narrow = pl.DataFrame(_physical_columns(settled.columns))
    wide = [pl.col(table.physical(i)).cast(table.PHYSICAL[c.type]) for i, c in enumerate(settled.columns)]
    tags = [table.tags_of(i) for i, c in enumerate(settled.columns) if c.tags is not None]
    lazy = narrow.lazy().select([*wide, *tags])
    with pl.Config(streaming_chunk_size=MORSEL):
        lazy.sink_parquet(target, compression="zstd", row_group_size=ROW_GROUP, statistics=False)


def _physical_columns(columns: list[TypedColumn]) -> dict[str, pl.Series]:
    found = {table.physical(i): column.values for i, column in enumerate(columns)}
    found |= {table.tags_of(i): column.tags for i, column in enumerate(columns) if column.tags is not None}
    return found


def _finding_json(finding: Finding) -> dict[str, str]:
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "variable": finding.variable,
        "message": finding.message,
    }
