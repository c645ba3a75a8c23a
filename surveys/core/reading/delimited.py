"""Delimited text (.csv, .tsv, with semicolons, tabs or bars), read strictly: what is ragged is refused."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

import polars as pl

from surveys.core.findings import Finding, Severity
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.reading.encodings import decide
from surveys.core.reading.raw import Chunk, RawFile, RawVariable
from surveys.core.said import say

DELIMITERS = ",;\t|"
MOST_TOLD = 20  # lines named in a refusal
MOST_FIELD = 1 << 20
CHUNK_CELLS = 2_000_000
_QUALTRICS = '{"ImportId":'


class DelimitedReader:
    """A file of delimited text with one row of headings."""

    def __init__(self, data: memoryview, encoding: str = "") -> None:
        self.findings: list[Finding] = []
        self.text = self._decoded(bytes(data), encoding)
        csv.field_size_limit(MOST_FIELD)
        self.delimiter = find_delimiter(self.text[: 256 << 10])

    def _decoded(self, data: bytes, encoding: str) -> str:
        for mark, codec in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
            if data.startswith(mark) and not encoding:
                try:
                    self.encoding = codec.removesuffix("-sig").upper()
                    return data.decode(codec)
                except UnicodeDecodeError as error:
                    raise _undecodable(data, error.start, codec) from error
        lines = data.splitlines()
        heading, rest = lines[:1], [line for line in lines[1:] if not line.isascii()]
        decision = decide(heading, rest, asked=encoding, utf8_is_expected=True)
        self.encoding = decision.name
        self.findings += decision.findings
        try:
            return data.decode(decision.codec)
        except UnicodeDecodeError as error:
            raise _undecodable(data, error.start, decision.name) from error

    def describe(self) -> RawFile:
        """The headings, after the whole text was checked; every fault is told at once, by line."""
        problems, self.rows, headings, first = self._checked()
        names, findings = _names(headings)
        problems += _name_problems(headings)
        if problems:
            raise Refused(problems)
        self.findings += findings + _extra_headings(first)
        variables = [
            RawVariable(
                name=name.encode(),
                is_text=True,
                label=heading.strip().encode() if heading.strip() != name or " " in name else b"",
                guess=True,
            )
            for name, heading in zip(names, headings, strict=True)
        ]
        self.columns = len(variables)
        return RawFile("csv", variables, self.rows, self.encoding, is_decoded=True, findings=self.findings)

    def chunks(self) -> Iterator[Chunk]:
        reader = self._reader()
        next(reader)
        each = max(1, CHUNK_CELLS // self.columns)
        rows: list[list[str]] = []
        for row in reader:
            if not row:
                continue
            rows.append(row)
            if len(rows) == each:
                yield _chunk(rows)
                rows = []
        if rows:
            yield _chunk(rows)

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)

    def _checked(self) -> tuple[list[Problem], int, list[str], list[str]]:
        """(problems, rows, headings, the cells of the first two rows)."""
        problems = _nul_problems(self.text)
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        ragged: list[tuple[int, int]] = []
        headings: list[str] = []
        first: list[str] = []
        rows, start = 0, 1
        try:
            for row in reader:
                if not headings:
                    headings = row
                elif row:
                    rows += 1
                    first += row if rows <= 2 else []
                    if len(row) != len(headings) and len(ragged) <= MOST_TOLD:
                        ragged.append((start, len(row)))
                start = reader.line_num + 1
        except csv.Error as error:
            problems.append(_quote_problem(start, str(error)))
        problems += _ragged_problems(ragged, len(headings))
        return problems, rows, headings, first


def find_delimiter(head: str) -> str:
    """The character that parts the most lines into the same number of fields; a comma when none does."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        counts: Counter[int] = Counter()
        try:
            for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
                counts[len(row)] += 1
                if counts.total() >= 200:
                    break
        except csv.Error:
            continue
        fields, lines = max(counts.items(), key=lambda pair: (pair[0] > 1, pair[1]), default=(1, 0))
        score = (lines / max(1, counts.total()) if fields > 1 else 0.0, fields)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _chunk(rows: list[list[str]]) -> Chunk:
    columns = [pl.Series("c", cells, dtype=pl.String) for cells in zip(*rows, strict=True)]
    return Chunk(len(rows), list(columns))


def _names(headings: list[str]) -> tuple[list[str], list[Finding]]:
    """Variable names: the headings themselves; a heading that is empty gets a name by its place."""
    names, findings = [], []
    for place, heading in enumerate(headings, start=1):
        name = " ".join(heading.split())
        if not name:
            name = f"column_{place}"
            text = say("Column {place} has no heading; it was named {name}.", place=place, name=name)
            findings.append(Finding(Severity.WARNING, "no_heading", text, name))
        names.append(name[:255])
    return names, findings


def _name_problems(headings: list[str]) -> list[Problem]:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(_names(headings)[0], start=1):
        places.setdefault(name, []).append(place)
    return [
        Problem(
            "duplicate_heading",
            say("The heading “{name}” stands over columns {places}.", name=name[:80], places=at),
            where=say("line {line}", line=1),
            hint="Give every column a heading of its own.",
        )
        for name, at in places.items()
        if len(at) > 1
    ]


def _ragged_problems(ragged: list[tuple[int, int]], columns: int) -> list[Problem]:
    shown = [
        Problem(
            "ragged_row",
            say(
                "{n} field, but there are {columns} headings."
                if n == 1
                else "{n} fields, but there are {columns} headings.",
                n=n,
                columns=columns,
            ),
            where=say("line {line}", line=line),
        )
        for line, n in ragged[:MOST_TOLD]
    ]
    if shown:
        hint = (
            "Quote fields that hold the delimiter or a line break (and in further lines), "
            "or export the file again."
            if len(ragged) > MOST_TOLD
            else "Quote fields that hold the delimiter or a line break, or export the file again."
        )
        shown[-1] = Problem(**{**shown[-1].__dict__, "hint": hint})
    return shown


def _quote_problem(line: int, error: str) -> Problem:
    if "field larger" in error or "unexpected end" in error:
        message = "a quotation mark that opens here is never closed."
    else:
        message = "a quotation mark stands inside a quoted field."
    hint = "Double quotation marks inside quoted fields, or export the file again."
    return Problem("open_quote", message, where=say("line {line} or after", line=line), hint=hint)


def _nul_problems(text: str) -> list[Problem]:
    if "\0" not in text:
        return []
    line = text.count("\n", 0, text.index("\0")) + 1
    hint = "The file is damaged or not text; export it again."
    return [Problem("nul_byte", "there is a zero byte.", where=say("line {line}", line=line), hint=hint)]


def _extra_headings(first: list[str]) -> list[Finding]:
    """Survey tools write question texts into the second row; it was kept as a row, and that is told."""
    if not any(cell.startswith(_QUALTRICS) for cell in first) and "ResponseID" not in first:
        return []
    text = "The first rows look like further headings of a survey tool, not answers; they were kept as rows."
    return [Finding(Severity.WARNING, "extra_headings", text)]


def _undecodable(data: bytes, start: int, codec: str) -> Refused:
    line = data.count(b"\n", 0, start) + 1
    text = say("The file seems to be {codec}, but line {line} cannot be decoded so.", codec=codec, line=line)
    return refuse(
        "unknown_encoding",
        text,
        where=say("line {line}", line=line),
        hint="Name it (--encoding on the command line).",
    )
