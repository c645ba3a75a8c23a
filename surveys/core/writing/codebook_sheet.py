"""A codebook as a sheet with one line per variable, in the form that the import of a flat file takes back.

Lines without a variable speak of the whole file, its multiple-response sets as SPSS syntax among them; lines
of ``$NAME`` label a set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from surveys.core.codebook import (
    Codebook,
    Labels,
    Level,
    MissingRule,
    ResponseSet,
    Scalar,
    ValueType,
    Variable,
)
from surveys.core.limits import ends
from surveys.core.spreadsheets import guarded
from surveys.core.writing.cells import reason_labels
from surveys.core.writing.labels import spss_names
from surveys.core.writing.set_syntax import set_syntax
from surveys.core.writing.table import ExportTable, Loss

WRITTEN_FROM = "Written from "  # begins the line that names the version; edits are held against that one
_LINES = re.compile(r"\s*[\r\n]+\s*")
_BAR = r"\|"  # within a label
_ORDER = ("en", "zh")  # languages that come first where they occur
Line = dict[str, str]


def codebook_frame(table: ExportTable, companions: frozenset[str] = frozenset()) -> pl.DataFrame:
    """The sheet as a frame of text; empty cells are null.

    ``companions`` are variables whose reasons of absence stand in a column of their own.
    """
    book = table.codebook
    lines = [*_file_lines(table), *_variable_lines(book, companions), *_set_lines(book)]
    names = [name for name in _columns(table.codebook) if any(line.get(name) for line in lines)]
    cells = [tuple(line.get(name) or None for name in names) for line in lines]
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")


def write_sheet(table: ExportTable, path: Path, language: str) -> list[Loss]:
    """The sheet alone, as a .csv that can be edited and given back; labels are in every language."""
    guarded(codebook_frame(table)).write_csv(path)
    return []


def companion(name: str) -> str:
    """The column that names why cells of ``name`` are empty."""
    return f"{name}__reason"


def _columns(codebook: Codebook) -> list[str]:
    spoken = _languages(codebook)
    return [
        "variable", "type", *(f"label_{language}" for language in spoken),
        *(f"codes_{language}" for language in spoken), "missing", "missing_ranges", "missing_tags",
        *(f"question_{language}" for language in spoken), "universe", "level", "role", "unit",
        "valid_min", "valid_max", "group", "format", "set", "reasons_of", "note",
    ]  # fmt: skip


def _languages(codebook: Codebook) -> list[str]:
    found: set[str] = set()
    for variable in codebook.variables:
        for labels in _all_labels(variable):
            found.update(labels)
    for one in codebook.sets:
        found.update(one.labels)
    return sorted(found, key=lambda word: (word not in _ORDER, word))


def _all_labels(variable: Variable) -> Iterator[Labels]:
    yield variable.labels
    yield variable.question
    for code in variable.codes:
        yield code.labels
    for rule in variable.missing:
        yield rule.labels
        yield reason_labels(variable, rule.reason)


def _file_lines(table: ExportTable) -> Iterator[Line]:
    names = dict(zip(table.codebook.names, spss_names(table.codebook.names)[0], strict=True))
    sets = set_syntax(table.codebook, names, "en")
    origin = (f"{WRITTEN_FROM}{table.about.name}",) if table.about else ()
    for text in (table.heading, *origin, *table.remarks, f"{table.rows} rows", *sets):
        yield {"note": text}


def _variable_lines(codebook: Codebook, companions: frozenset[str]) -> Iterator[Line]:
    for variable, line in zip(codebook.variables, variable_lines(codebook), strict=True):
        yield line
        if variable.name in companions:
            note = f"Why cells of {variable.name} are empty."
            about = {"variable": companion(variable.name), "type": "text", "reasons_of": variable.name}
            yield about | {"note": note}


def variable_lines(codebook: Codebook) -> Iterator[Line]:
    """heading -> cell of each variable, in their order; cells may be empty."""
    member_of: dict[str, list[str]] = {}
    for one in codebook.sets:
        for name in one.variables:
            member_of.setdefault(name, []).append(_set(one))
    for variable in codebook.variables:
        yield _line(variable) | {"set": " | ".join(member_of.get(variable.name, []))}


def _set_lines(codebook: Codebook) -> Iterator[Line]:
    for one in codebook.sets:
        told = {f"label_{language}": text for language, text in one.labels.items()}
        yield {"variable": f"${one.name.lstrip('$')}", "set": _set(one)} | told


def _set(one: ResponseSet) -> str:
    counted = "" if one.counted_value is None else f", counting {one.counted_value}"
    return f"{one.name} ({one.kind}{counted})"


def _line(variable: Variable) -> Line:
    line = {
        "variable": variable.name,
        "type": variable.type.value,
        "universe": variable.universe,
        "level": "" if variable.level is Level.UNKNOWN else variable.level.value,
        "role": variable.role.value,
        "unit": variable.unit,
        **ends(variable.limits),
        "group": variable.group,
        "format": variable.format,
        "note": variable.note,
        "missing": joined((told_value(r.value), r.reason) for r in variable.missing if r.value is not None),
        "missing_ranges": joined((_span(r), r.reason) for r in variable.missing if _is_range(r)),
        "missing_tags": joined((f".{r.tag}", r.reason) for r in variable.missing if r.tag is not None),
    }
    line |= {f"label_{language}": text for language, text in variable.labels.items()}
    line |= {f"question_{language}": text for language, text in variable.question.items()}
    return line | _codes(variable)


def _codes(variable: Variable) -> Line:
    """Labels of values, missing codes and tags (``.a=apple``), in one column per language."""
    labelled: dict[Scalar, Labels] = {code.value: code.labels for code in variable.codes}
    for rule in variable.missing:
        if rule.value is not None and not labelled.get(rule.value):
            labelled[rule.value] = rule.labels or reason_labels(variable, rule.reason)
        elif rule.tag is not None and variable.type is not ValueType.TEXT:  # a text may be called so
            labelled[f".{rule.tag}"] = rule.labels
    spoken = {language for labels in labelled.values() for language in labels}
    return {
        f"codes_{language}": joined(
            (told_value(value), labels[language])
            for value, labels in labelled.items()
            if labels.get(language)
        )
        for language in sorted(spoken)
    }


def joined(pairs: Iterable[tuple[str, str]]) -> str:
    r"""``1=yes | 2=no``; a bar within a label is ``\|``, and one is added where a semicolon would part."""
    parts = [f"{left}={_LINES.sub(' ', right).replace('|', _BAR)}" for left, right in pairs]
    joined = " | ".join(parts)
    return f"{joined} |" if len(parts) == 1 and ";" in joined else joined


def told_value(value: Scalar | None) -> str:
    """A code as a sheet writes it: a decimal without the digits that doubles invent."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _is_range(rule: MissingRule) -> bool:
    return rule.low is not None or rule.high is not None


def _span(rule: MissingRule) -> str:
    low, high = ("" if bound is None else f"{bound:.15g}" for bound in (rule.low, rule.high))
    return f"{low}..{high}"
