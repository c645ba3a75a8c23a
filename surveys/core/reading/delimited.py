"""Delimited text (.csv, .tsv, with semicolons, tabs or bars), read strictly: what is ragged is refused."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import polars as pl

from surveys.core.charsets import codec_of
from surveys.core.findings import Finding, Severity
from surveys.core.problems import Choice, Problem, Refused, refuse
from surveys.core.quality.rows import MOST_ROWS as FIRST_ROWS
from surveys.core.reading.encodings import decide, how_to_name
from surveys.core.reading.headings import MOST_ROWS, headings
from surveys.core.reading.raw import Chunk, RawFile
from surveys.core.reading.samples import sampled, samples_of
from surveys.core.reading.settle import MOST_TELLING, check_columns
from surveys.core.reading.undecodable import bytes_kept, in_cells, in_labels, marked_whole, shown
from surveys.core.reading.utf16 import codec_without_mark, is_wide, without_mark
from surveys.core.said import say

DELIMITERS = ",;\t|"
MOST_TOLD = 20  # lines named in a refusal
MOST_FIELD = 1 << 20
CHUNK_CELLS = 2_000_000
MARKS = {b"\xef\xbb\xbf": "UTF-8", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_PARTS, _FIELDS = re.compile(rb"[,;\t\"]"), re.compile(r"[^,;\t\"]+")
HEAD, LOOKED_AT = 256 << 10, 200  # characters and lines that decide the delimiter


class DelimitedReader:
    """A file of delimited text; ``header_rows``: see :func:`surveys.core.reading.headings.headings`.

    ``names`` are those that a codebook sheet gives the columns: the delimiter that finds them is the one.
    """

    def __init__(
        self, data: memoryview, encoding: str = "", header_rows: int = 0, names: Iterable[str] = ()
    ) -> None:
        self.header_rows = header_rows
        self.findings: list[Finding] = []
        self.blank_lines = 0  # between lines that are not
        self.text = self._decoded(bytes(data), encoding)
        csv.field_size_limit(MOST_FIELD)
        self.delimiter = find_delimiter(self.text, names)

    def _decoded(self, data: bytes, encoding: str) -> str:
        """The whole text; bytes that are no character stand in it as marks, to be told of by column."""
        if is_wide(encoding):
            self.encoding, codec = encoding, codec_of(encoding)
            return self._marked(without_mark(data, codec), codec)
        for mark, name in MARKS.items():
            if data.startswith(mark) and (not encoding or codec_of(encoding) == codec_of(name)):
                self.encoding, codec = name, codec_of(name)
                return self._marked(data.removeprefix(b"\xef\xbb\xbf"), codec)
        if codec := codec_without_mark(data):
            raise _in_doubt(data, codec)
        decision = decide(*telling_fields(data), asked=encoding, utf8_is_expected=True)
        self.encoding = decision.name
        self.findings += decision.findings
        return self._marked(data, decision.codec)

    def _marked(self, data: bytes, codec: str) -> str:
        text, count = marked_whole(data, codec)
        if 2 * count > len(data):
            told = say(
                "The file seems to be {charset}, but hardly any of it can be decoded.", charset=self.encoding
            )
            raise refuse("unknown_encoding", told, where=say("character set"), hint=how_to_name())
        self.has_kept = count > 0
        return text

    def describe(self) -> RawFile:
        """The headings, after the whole text was checked; every fault is told at once, by line."""
        problems, filled, first, line = self._checked()
        first_rows = [[shown(cell) for cell in row] for row in first] if self.has_kept else first
        self.headings = headings(first_rows or [[]], say("line {line}", line=line), self.header_rows)
        self.rows = filled - self.headings.rows
        problems += self.headings.problems
        if problems:
            raise Refused(problems)
        self.findings += self.headings.findings
        if self.has_kept:
            self.findings += self._kept_in_headings(first[: self.headings.rows])
        if self.blank_lines:
            told = say(
                "Blank lines between others were left out: {count:,}; a row without an answer has its marks "
                "or quotes.",
                count=self.blank_lines,
            )
            self.findings.append(Finding(Severity.WARNING, "empty_rows", told))
        variables = self.headings.variables
        return RawFile(
            "csv", variables, max(0, self.rows), self.encoding, is_decoded=True, findings=self.findings
        )

    def chunks(self) -> Iterator[Chunk]:
        rows_of_data = islice(filter(None, self._reader()), self.headings.rows, None)
        each = max(1, CHUNK_CELLS // len(self.headings.variables))
        kept: dict[int, Kept] = {}
        start = 0
        while rows := list(islice(rows_of_data, each)):
            yield _written_out(rows, start, kept) if self.has_kept else _chunk(rows)
            start += len(rows)
        for position, one in sorted(kept.items()):
            name = self.headings.variables[position].name.decode()
            self.findings.append(in_cells(name, self.encoding, one.rows, one.first, one.count))

    def _kept_in_headings(self, rows: list[list[str]]) -> Iterator[Finding]:
        for variable, cells in zip(self.headings.variables, zip(*rows, strict=True), strict=True):
            if count := sum(map(bytes_kept, cells)):
                yield in_labels(variable.name.decode(), self.encoding, count)

    def _reader(self) -> Any:
        return csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)

    def _checked(self) -> tuple[list[Problem], int, list[list[str]], int]:
        """(problems, rows that are not blank, the first of them, the line of the very first)."""
        problems = _nul_problems(self.text)
        reader = self._reader()
        ragged: list[tuple[int, int]] = []
        first: list[list[str]] = []
        filled, start, line, blank = 0, 1, 1, 0
        try:
            for row in reader:
                if not row:
                    blank += bool(filled)
                else:
                    self.blank_lines += blank
                    blank = 0
                    filled += 1
                    if filled == 1:
                        line = start
                        check_columns(len(row))
                    if len(first) < MOST_ROWS:
                        first.append(row)
                    if len(row) != len(first[0]) and len(ragged) <= MOST_TOLD:
                        ragged.append((start, len(row)))
                start = reader.line_num + 1
        except csv.Error as error:
            problems.append(_quote_problem(start, str(error)))
        problems += _ragged_problems(ragged, len(first[0]) if first else 0)
        return problems, filled, first, line


def find_delimiter(text: str, names: Iterable[str] = ()) -> str:
    """The character that parts the first row into most of ``names``; where none of them stands there, the
    one that parts the most lines into the same number of fields, and a comma when none does."""
    head = text[:HEAD]
    wanted = {name.casefold() for name in names}
    found = {delimiter: _named(head, delimiter, wanted) for delimiter in DELIMITERS} if wanted else {}
    if any(found.values()):
        return max(found, key=lambda delimiter: found[delimiter])
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        if (score := _evenness(head, delimiter, is_cut=len(text) > HEAD)) > best_score:
            best, best_score = delimiter, score
    return best


def _named(head: str, delimiter: str, wanted: set[str]) -> int:
    """How many of the names stand in the first row that is not blank."""
    try:
        first = next(filter(None, _rows(head, delimiter)), [])
    except csv.Error:
        return 0
    return len(wanted & {cell.strip().casefold() for cell in first})


def _evenness(head: str, delimiter: str, *, is_cut: bool) -> tuple[float, int]:
    """(share of lines with the commonest number of fields above one, that number)."""
    rows = islice(_rows(head, delimiter), LOOKED_AT + 1)
    try:
        lengths = [len(row) for row in rows]
    except csv.Error:
        return 0.0, 0
    # The last row may have lost its end with the rest of the text; which then would speak for other marks.
    lengths = lengths[: len(lengths) - 1 if is_cut and len(lengths) > 1 else LOOKED_AT]
    counts = Counter(lengths[:LOOKED_AT])
    fields, lines = max(counts.items(), key=lambda pair: (pair[0] > 1, pair[1]), default=(1, 0))
    return (lines / max(1, counts.total()) if fields > 1 else 0.0, fields)


def _rows(head: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)


def _chunk(rows: list[list[str]]) -> Chunk:
    columns = [pl.Series("c", cells, dtype=pl.String) for cells in zip(*rows, strict=True)]
    return Chunk(len(rows), list(columns))


@dataclass
class Kept:
    """What a column holds of bytes that are no characters."""

    rows: int = 0
    count: int = 0
    first: list[int] = field(default_factory=list)  # numbers of the first such rows, counted from 1


def _written_out(rows: list[list[str]], start: int, kept: dict[int, Kept]) -> Chunk:
    """The rows with their marks written out as ``\\xNN``; what was met is added to ``kept`` by position."""
    for number, row in enumerate(rows, start + 1):
        for position, cell in enumerate(row):
            if count := bytes_kept(cell):
                row[position] = shown(cell)
                one = kept.setdefault(position, Kept())
                one.rows += 1
                one.count += count
                one.first += [number] * (len(one.first) < FIRST_ROWS)
    return _chunk(rows)


def _in_doubt(data: bytes, codec: str) -> Refused:
    """Lines of UTF-16 that do not say so: asked about, with their first fields."""
    lines = data[:HEAD].decode(codec, "replace").splitlines()[:LOOKED_AT]
    fields = [[part.encode(codec) for part in _FIELDS.findall(line)] for line in lines]
    texts = sampled(fields[0], [field for line in fields[1:] for field in line])
    return refuse(
        "unknown_encoding",
        say("The file seems to be {charset} without the mark that says so.", charset=codec.upper()),
        where=say("character set"),
        hint=how_to_name(codec),
        choices=(Choice(codec, *(samples_of(some, codec) for some in texts)),),
    )


def telling_fields(data: bytes) -> tuple[list[bytes], list[bytes]]:
    """(headings, distinct cells) that are not ASCII; those that stand in most lines first.

    Of many lines that tell, some are looked at all over the file.  No set of two-byte characters that is
    offered uses the bytes at which fields are parted here.
    """
    lines = [line for line in data.splitlines() if line]
    telling = [line for line in lines[1:] if not line.isascii()]
    found: Counter[bytes] = Counter()
    for line in telling[:: len(telling) // MOST_TELLING + 1]:
        found.update(field for field in _PARTS.split(line) if not field.isascii())
    heading = [field for field in _PARTS.split(lines[0]) if not field.isascii()] if lines else []
    return heading, [field for field, _ in found.most_common(MOST_TELLING)]


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
