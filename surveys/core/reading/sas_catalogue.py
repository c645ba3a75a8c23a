"""The value labels in a SAS catalogue (.sas7bcat), by the name of their format.

Nothing is published on these files either; what is known is what open readers have found.  Numbers stand in
them with the first byte first and their sign turned over, in files of every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from surveys.core.problems import refuse
from surveys.core.reading.raw import Bytes, broken
from surveys.core.reading.sas_header import START, SasHeader, read_header

_ENTRY = b"XLSR"
_LONG_NAME, _SHORT_NAME = 32, 8
_MOST_LABELS = 1 << 24
_TEXT = 16  # bytes of a text value
_NUMBER_AT = 22  # where the value begins in its record


@dataclass
class FormatLabels:
    """The labels of one format; texts still in the bytes of the file.  ``others`` counts what labels a range,
    every other value or the plain missing value, which a code list cannot hold."""

    codes: list[tuple[float | bytes, bytes]] = field(default_factory=list)
    tags: list[tuple[str, bytes]] = field(default_factory=list)
    others: int = 0


@dataclass
class Catalogue:
    """Formats by name, in capitals; those of texts begin with ``$``."""

    encoding: str
    formats: dict[bytes, FormatLabels] = field(default_factory=dict)


def is_sas_file(head: bytes) -> bool:
    return head[: len(START)] == START


def read_catalogue(data: memoryview) -> Catalogue:
    """All formats that label values.  Refuses a file that is no catalogue, or contradicts itself."""
    header = read_header(data)
    if not header.is_catalogue:
        raise refuse(
            "no_catalogue",
            "The file is a SAS data set, not a catalogue of formats.",
            hint="Give the .sas7bcat file that PROC FORMAT wrote, or a codebook sheet.",
        )
    found = Catalogue(header.encoding)
    for page, position in dict.fromkeys(_places(data, header)):
        _read_block(_block(data, header, page, position), header, found)
    return found


def _places(data: memoryview, header: SasHeader) -> Iterator[tuple[int, int]]:
    """(page, position) of every block that the catalogue's lists name."""
    wide = header.word == 8
    first = header.head_size + header.page_size + 856 + 2 * header.padding + (144 if wide else 0)
    yield from _listed(data, header, first, header.head_size + 2 * header.page_size)
    for page in range(3, header.pages):
        start = header.head_size + page * header.page_size
        yield from _listed(data, header, start + 16, start + header.page_size)


def _listed(data: memoryview, header: SasHeader, start: int, end: int) -> Iterator[tuple[int, int]]:
    wide = header.word == 8
    size, mark = 212 + header.padding + (72 if wide else 0), 50 + header.padding + (24 if wide else 0)
    while start + size + 8 <= end:
        start += 0 if data[start : start + 4] == _ENTRY else 8  # some are preceded by eight bytes
        if data[start : start + 4] != _ENTRY:
            return
        if data[start + mark] == ord("O"):
            cursor = Bytes(data, header.order, start + (8 if wide else 4))
            page = cursor.number("u4" if wide else "u2")
            cursor.position = start + (16 if wide else 8)
            yield page, cursor.number("u4" if wide else "u2")
        start += size


def _block(data: memoryview, header: SasHeader, page: int, position: int) -> bytes:
    """The links of a chain, put together; each names the page and position of the next."""
    parts, seen = [], set()
    wide = header.word == 8
    while page and position:
        if (page, position) in seen or page > header.pages:
            raise broken("a format of it is scattered in a way that leads nowhere")
        seen.add((page, position))
        cursor = Bytes(data, header.order, header.head_size + (page - 1) * header.page_size + position)
        page = cursor.number("u4")
        if wide:
            cursor.take(4)
        position, size = cursor.numbers("u2", 2)
        cursor.take(20 if wide else 8)
        parts.append(cursor.take(size))
    return b"".join(parts)


def _read_block(content: bytes, header: SasHeader, found: Catalogue) -> None:
    wide = header.word == 8
    start = 106 + (32 if wide else 0)
    if len(content) < start:
        return
    flags = content[2]
    pad = 4 if flags & 0x08 else 0
    cursor = Bytes(content, header.order, (42 if wide else 38) + pad)
    room, used = _count(cursor, wide=wide), _count(cursor, wide=wide)
    name = content[8 : 8 + _SHORT_NAME]
    cursor.position = start + (pad + 16 if pad else 0)
    if flags & (0x20 if wide else 0x80):
        name = cursor.take(_LONG_NAME)
    if not used:
        return
    if not used <= room <= min(_MOST_LABELS, len(content)):
        raise broken("a format of it holds an impossible number of labels")
    key = name.rstrip(b" \0").upper()
    labels = _labels(cursor, header, used, room, is_text=key[:1] == b"$")
    found.formats.setdefault(key, labels)


def _count(cursor: Bytes, *, wide: bool) -> int:
    """A count in one word; on 64-bit systems in the lower half of two, or in the only one that is used."""
    if not wide:
        return int(cursor.number("u4"))
    first, second = cursor.numbers("u4", 2)
    return int(first if cursor.order == "<" else max(first, second))


def _labels(cursor: Bytes, header: SasHeader, used: int, room: int, *, is_text: bool) -> FormatLabels:
    """Values in the order of their numbers, then the labels in the order in which values name them."""
    records: dict[int, bytes] = {}
    for i in range(room):
        start = cursor.position
        cursor.take(2)
        size = cursor.number("u2")
        cursor.position = start
        record = cursor.take(6 + size)
        if i < used:
            place = Bytes(record, header.order, 10 + header.padding).number("u4")
            if place >= used or place in records:
                raise broken("a value label of it points outside its format")
            records[place] = record
    labels = FormatLabels()
    for i in range(used):
        cursor.take(8)
        text = cursor.take(cursor.number("u2"))
        cursor.take(min(1, len(cursor.data) - cursor.position))
        _add(labels, records[i], text.rstrip(b" \0"), is_text=is_text)
    return labels


def _add(labels: FormatLabels, record: bytes, text: bytes, *, is_text: bool) -> None:
    content = record[_NUMBER_AT:]
    if is_text:
        first, last = content[:_TEXT], content[-_TEXT:]
        if first == last:
            labels.codes.append((last.rstrip(b" \0"), text))
        else:
            labels.others += 1
        return
    if len(content) < 16:
        raise broken("a value label of it has no value")
    bits = int.from_bytes(content[:8])
    tag = _tag(bits)
    if content[:8] != content[8:16] or tag == ".":
        labels.others += 1
    elif tag:
        labels.tags.append((tag, text))
    else:
        value = -float(np.uint64(bits).view(np.float64))
        if np.isfinite(value):
            labels.codes.append((value + 0.0, text))
        else:
            labels.others += 1


def _tag(bits: int) -> str:
    """The letter of a missing value, "." for the plain one, "" for a number."""
    if bits | 0xFF << 40 != (1 << 48) - 1:
        return ""
    byte = bits >> 40
    if 2 <= byte < 28:
        byte += ord("A") - 2
    sign = "_" if byte == 0 else chr(byte)
    return sign if sign == "_" or "A" <= sign <= "Z" else "."
