"""What an import notices, variable by variable, all at once; counts and codes only, never a cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import polars as pl

from surveys.core.codebook import Codebook, ValueType, Variable, text_in
from surveys.core.disclosure import FEWEST
from surveys.core.findings import Finding, Severity
from surveys.core.problems import Problem, Refused, near_misses, refuse
from surveys.core.reading.guess import words_for_missing
from surveys.core.said import say, say_n
from surveys.core.table import split

MOST_CODES = 8  # codes named in one remark
REMARKED = frozenset(  # the codes of what remarks() finds
    {
        "names_differ_by_case", "no_label", "empty", "constant", "codes_without_label",
        "values_without_label", "labels_without_cases", "same_label",
    }
)  # fmt: skip


def remarks(codebook: Codebook, frequencies: Sequence[dict[str, Any]]) -> list[Finding]:
    """Findings on a whole codebook, in the order of its variables."""
    found = [*_on_names(codebook), *_on_labels(codebook)]
    for variable, counts in zip(codebook.variables, frequencies, strict=True):
        found += _on_variable(variable, counts)
    return found


def without_declared(
    findings: Iterable[Finding], codebook: Codebook, columns: Sequence[tuple[pl.Series, pl.Series | None]]
) -> Iterator[Finding]:
    """The findings that still hold once a codebook given beside the file has declared words missing.

    ``columns`` are (cells, tags) in the order of the codebook's variables.
    """
    places = {name: place for place, name in enumerate(codebook.names)}
    for finding in findings:
        place = places.get(finding.variable)
        if finding.code != "words_for_missing" or place is None or not codebook.variables[place].missing:
            yield finding
        elif codebook.variables[place].type is ValueType.TEXT:
            values, _reasons = split(*columns[place], codebook.variables[place])
            yield from words_for_missing(values, finding.variable)


def _on_names(codebook: Codebook) -> Iterator[Finding]:
    spellings: dict[str, list[str]] = {}
    for name in codebook.names:
        spellings.setdefault(name.casefold(), []).append(name)
    for names in spellings.values():
        for name in names if len(names) > 1 else []:
            others = [other for other in names if other != name]
            text = say("Its name differs from {others} by upper and lower case only.", others=others)
            yield Finding(Severity.WARNING, "names_differ_by_case", text, name)


def _on_labels(codebook: Codebook) -> Iterator[Finding]:
    """One remark for all variables without a label: files without a codebook have none at all."""
    bare = [v.name for v in codebook.variables if not v.labels and not v.question]
    if len(bare) == 1:
        yield Finding(Severity.INFO, "no_label", "It has no label.", bare[0])
    elif bare:
        text = say(
            "{n:,} variables have no label: {names}."
            if len(bare) <= MOST_CODES
            else "{n:,} variables have no label: {names} and {more:,} more.",
            n=len(bare),
            names=bare[:MOST_CODES],
            more=len(bare) - MOST_CODES,
        )
        yield Finding(Severity.INFO, "no_label", text)


def _on_variable(variable: Variable, counts: dict[str, Any]) -> Iterator[Finding]:
    name = variable.name
    if not counts["valid"]:
        yield Finding(Severity.WARNING, "empty", "It holds no valid value.", name)
    elif counts["distinct"] == 1 and counts["valid"] == counts["n"] > 1:
        yield Finding(Severity.INFO, "constant", "It holds the same value in every row.", name)
    if variable.codes:
        yield from _on_codes(variable, counts)


def _on_codes(variable: Variable, counts: dict[str, Any]) -> Iterator[Finding]:
    name, labelled = variable.name, {code.value for code in variable.codes}
    if variable.type is not ValueType.TEXT:
        without = {value: n for value, n in counts["values"] if n and value not in labelled}
        if without and len(without) <= MOST_CODES:
            yield Finding(Severity.WARNING, "codes_without_label", _unlabelled(without), name)
        elif without or counts["distinct"] > len(labelled):
            text = "Many of its values have no label; is it a scale with labelled ends?"
            yield Finding(Severity.INFO, "values_without_label", text, name)
    unused = [value for value, n in counts.get("chosen", counts["values"]) if not n and value in labelled]
    if unused and counts["valid"]:
        text = say(
            "No row holds the labelled codes {codes}."
            if len(unused) <= MOST_CODES
            else "No row holds the labelled codes {codes} and {n} more.",
            codes=unused[:MOST_CODES],
            n=len(unused) - MOST_CODES,
        )
        yield Finding(Severity.INFO, "labels_without_cases", text, name)
    yield from _on_twin_labels(variable)


def _unlabelled(counts: dict[Any, int]) -> str:
    """Codes that enough rows hold by name; of the others only how many: they would tell single answers."""
    common = [code for code, n in counts.items() if n >= FEWEST]
    rare = len(counts) - len(common)
    if not rare:
        return say("Codes without a label: {codes}.", codes=common)
    if not common:
        return say_n(
            rare,
            "1 code without a label, held by fewer than ten rows.",
            "{n} codes without a label, each held by fewer than ten rows.",
            n=rare,
        )
    return say(
        "Codes without a label: {codes}, and {n} held by fewer than ten rows each.", codes=common, n=rare
    )


def _on_twin_labels(variable: Variable) -> Iterator[Finding]:
    texts = Counter(text_in(code.labels, "en") for code in variable.codes)
    twins = [
        str(code.value) for code in variable.codes if texts[text_in(code.labels, "en")] > 1 and code.labels
    ]
    if twins:
        text = say("Codes with the same label: {codes}.", codes=twins[:MOST_CODES])
        yield Finding(Severity.WARNING, "same_label", text, variable.name)


def check_key(codebook: Codebook, key: str, values: pl.Series | None, tags: pl.Series | None = None) -> None:
    """Refuses a key that is not there, empty somewhere, or not different in every row."""
    if key not in codebook.names or values is None:
        raise refuse(
            "unknown_key",
            say("There is no variable {key} to tell the rows apart.", key=key),
            near=near_misses(key, codebook.names),
            hint="Name as the key the variable that tells the records apart, spelled as it is; or name none.",
        )
    cells, _ = split(values, tags, codebook.variable(key))
    problems = []
    if cells.null_count():
        rows = _first_rows(cells.is_null())
        text = say_n(
            cells.null_count(),
            "The key is empty in 1 row (row {rows}).",
            "The key is empty in {n:,} rows (first: {rows}).",
            n=cells.null_count(),
            rows=rows,
        )
        problems.append(Problem("missing_key", text, where=key, hint="Give every row a key, then import."))
    twice = cells.is_duplicated() & cells.is_not_null()
    if twice.any():
        text = say(
            "The key occurs more than once in {n:,} rows (first: {rows}).",
            n=int(twice.sum()),
            rows=_first_rows(twice),
        )
        hint = "Remove the duplicate rows, or name another key."
        problems.append(Problem("duplicate_key", text, where=key, hint=hint))
    if problems:
        raise Refused(problems)


def _first_rows(mask: pl.Series) -> list[int]:
    return [row + 1 for row in mask.arg_true()[:MOST_CODES]]
