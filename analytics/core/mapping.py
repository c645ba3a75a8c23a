"""Which column and row of a run a column and row of a published table stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from analytics.core.spec import MODEL_KINDS
from analytics.core.targets import FIT_STATISTICS, Cell, PublishedTable, is_constant, row_key
from surveys.core.problems import Problem, Refused, near_misses
from surveys.core.said import say

BESIDE = {
    "models": (*MODEL_KINDS, "series"),
    "descriptives": ("descriptives",),
    "crosstab": ("crosstab",),
    "ranked": ("ranked_response",),
}
NOTHING = ""  # what a row or column is mapped to that the run does not have


@dataclass(frozen=True)
class TargetMap:
    """Column and term of the table -> those of the run; what is not named keeps its name."""

    columns: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunKeys:
    """What a run has to be laid beside: its columns and its rows, each with a label."""

    columns: tuple[tuple[str, str], ...]
    terms: tuple[tuple[str, str], ...]


def fits(table_kind: str, analysis_kind: str) -> bool:
    """Whether a table of this kind can be laid beside an analysis of that kind."""
    return analysis_kind in BESIDE.get(table_kind, ())


def run_keys(result: Mapping[str, Any]) -> RunKeys:
    """The columns and rows of a run's result, of whatever kind."""
    if "models" in result:
        models = result["models"]
        names = ((str(one.get("column") or one["name"]), str(one["label"])) for one in models)
        terms = (str(column["key"]) for one in models for column in one["columns"])
        fit = ((name, name) for name in FIT_STATISTICS)
        return RunKeys(tuple(names), (*_each((term, term) for term in terms), *fit))
    table = result.get("table") or {}
    if result.get("kind") == "crosstab":
        rows, columns = (_coded(result, names) for names in ("row", "column"))
        return RunKeys((*columns, ("all", "all")), (*rows, ("n", "n")))
    if "option_labels" in result:
        return _of_options(result)
    if result.get("kind") not in ("descriptives", None):
        return RunKeys((), ())
    return RunKeys(
        (("all", "all"),), _each((row["variable"], row["variable"]) for row in table.get("rows", ()))
    )


def _of_options(result: Mapping[str, Any]) -> RunKeys:
    """Groups and options of a question with several answers."""
    options = [str(row["option"]) for row in result["table"]["rows"]]
    named = [(str(code), labels) for code, labels in zip(options, result["option_labels"], strict=True)]
    columns = zip(result["column_codes"], result["column_labels"], strict=True)
    return RunKeys(
        tuple((str(code), next(iter(labels.values()), str(code))) for code, labels in columns),
        (*((code, next(iter(labels.values()), code)) for code, labels in named), ("n", "n")),
    )


def _coded(result: Mapping[str, Any], which: str) -> tuple[tuple[str, str], ...]:
    codes = result["codes" if which == "row" else "column_codes"]
    return tuple(
        (str(code), next(iter(labels.values()), str(code)))
        for code, labels in zip(codes, result[f"{which}_labels"], strict=True)
    )


def _each(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(dict(pairs).items())


def suggested(table: PublishedTable, keys: RunKeys) -> TargetMap:
    """What matches by itself: the same name or label, products in any order, every name of the constant."""
    return TargetMap(
        {column: _match(column, _called(table, column), keys.columns) for column in table.columns},
        {term: _match(term, table.label(term), keys.terms) for term in table.terms},
    )


def _called(table: PublishedTable, column: str) -> str:
    models = table.notes.get("models")
    said = models.get(column) if isinstance(models, Mapping) else None
    return str(said.get("label", column)) if isinstance(said, Mapping) else column


def _match(name: str, label: str, known: Iterable[tuple[str, str]]) -> str:
    folded = {text.strip().casefold() for text in (name, label)}
    for key, told in known:
        if row_key(key) == row_key(name) or {key.casefold(), told.strip().casefold()} & folded:
            return key
    return NOTHING


def check_map(table: PublishedTable, keys: RunKeys, mapping: TargetMap) -> None:
    """Refuses, all at once, what neither the table nor the run has, and what two rows are mapped to."""
    problems: list[Problem] = []
    pairs = (
        (mapping.columns, table.columns, keys.columns, "columns"),
        (mapping.terms, table.terms, keys.terms, "terms"),
    )
    for given, own, known, where in pairs:
        names = [key for key, _ in known]
        for name, key in given.items():
            if name not in own:
                message = say("The table has no “{name}”.", name=name)
                problems.append(Problem("unknown_row", message, where, near=near_misses(name, own)))
            if key and key not in names:
                message = say("The run has no “{name}”.", name=key)
                problems.append(Problem("unknown_row", message, where, near=near_misses(key, names)))
        twice = [key for key, count in Counter(key for key in given.values() if key).items() if count > 1]
        problems += [
            Problem("mapped_twice", say("“{name}” is chosen twice.", name=key), where) for key in twice
        ]
    if problems:
        raise Refused(problems)


def mapped(table: PublishedTable, mapping: TargetMap | None) -> PublishedTable:
    """The table under the names of the run; what is mapped to nothing keeps its own and stays unmatched."""
    if mapping is None:
        return table
    columns = {name: key for name, key in mapping.columns.items() if key}
    terms = {name: key for name, key in mapping.terms.items() if key}
    gone = {name for name, key in mapping.terms.items() if not key}
    cells = tuple(_renamed(table, cell, columns, terms, gone) for cell in table.cells)
    notes = dict(table.notes)
    models = notes.get("models")
    if isinstance(models, Mapping):
        notes["models"] = {columns.get(name, name): said for name, said in models.items()}
    if isinstance(notes.get("n"), Mapping):
        notes["n"] = {columns.get(name, name): n for name, n in notes["n"].items()}
    return replace(table, cells=cells, notes=notes)


def _renamed(
    table: PublishedTable, cell: Cell, columns: Mapping[str, str], terms: Mapping[str, str], gone: set[str]
) -> Cell:
    term = terms.get(cell.term, cell.term)
    if cell.term in gone and not is_constant(cell.term):
        term = f"{cell.term} "  # a name that no run has
    return replace(
        cell,
        column=columns.get(cell.column, cell.column),
        term=term,
        label=cell.label or table.label(cell.term),
    )
