"""What the library leaves out of a system file's dictionary, put in: response sets, weight, fixed time.

The layout is that of the system file format as the PSPP developers describe it: a header of 176 bytes,
records that each start with a 32-bit type, type 999 as the last, then the cells.
"""

from __future__ import annotations

import mmap
import shutil
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from surveys.core.codebook import Codebook, ResponseSet, text_in
from surveys.core.writing.labels import fit_bytes
from surveys.core.writing.table import FIXED_TIME

_HEADER = 176
_WEIGHT_AT, _CASES_AT, _DATE_AT = 76, 80, 92
_SETS, _EXTENDED_SETS, _LONG_NAMES, _CASES = 7, 19, 13, 16


@dataclass(frozen=True)
class _Dictionary:
    """Where the last record and the number of cases start; record number and short name of each variable by
    its long name; how many units of 8 bytes a row has."""

    end: int
    cases: int
    index: Mapping[str, int]
    short: Mapping[str, str]
    units: int


@dataclass(frozen=True)
class Patched:
    """All of a system file that stands before its cells; ``starts`` tells the unit of 8 bytes where each
    variable (by the codebook's name) starts in a row of ``units``."""

    before: bytes
    starts: Mapping[str, int]
    units: int


def patched(
    data: bytes | mmap.mmap,
    names: Mapping[str, str],
    codebook: Codebook,
    language: str,
    *,
    records: bytes = b"",
    rows: int | None = None,
) -> Patched:
    """The dictionary of the system file ``data`` with the codebook's sets and weight, its time fixed.

    ``names`` maps the codebook's names to the file's; ``records`` are further records, ready made; ``rows``
    is the number of cases where that is not the one of ``data``.
    """
    found = _walk(data)
    head = bytearray(data[: found.end + 8])  # with type 999 and its filler
    head[_DATE_AT : _DATE_AT + 17] = FIXED_TIME.strftime("%d %b %y%H:%M:%S").encode()
    if codebook.weight in names:
        struct.pack_into("<i", head, _WEIGHT_AT, found.index[names[codebook.weight]])
    if rows is not None:
        struct.pack_into("<i", head, _CASES_AT, rows)
        struct.pack_into("<q", head, found.cases, rows)
    short = {name: found.short[new] for name, new in names.items()}
    plain = _record(_SETS, [s for s in codebook.sets if s.kind != "E"], short, language)
    extended = _record(_EXTENDED_SETS, [s for s in codebook.sets if s.kind == "E"], short, language)
    head[found.end : found.end] = plain + extended + records
    starts = {name: found.index[new] - 1 for name, new in names.items()}
    return Patched(bytes(head), starts, found.units)


def patch(path: Path, names: Mapping[str, str], codebook: Codebook, language: str) -> None:
    """Puts :func:`patched` in place of the dictionary of the ``.sav`` at ``path``."""
    aside = path.with_name(path.name + ".new")
    with path.open("rb") as old, aside.open("wb") as new:
        with mmap.mmap(old.fileno(), 0, access=mmap.ACCESS_READ) as data:
            new.write(patched(data, names, codebook, language).before)
            old.seek(_walk(data).end + 8)
        shutil.copyfileobj(old, new, 1 << 20)
    aside.replace(path)


def _walk(data: bytes | mmap.mmap) -> _Dictionary:
    at, number, cases = _HEADER, 0, 0
    index: dict[str, int] = {}
    long: dict[str, str] = {}
    while (kind := struct.unpack_from("<i", data, at)[0]) != 999:
        subtype = struct.unpack_from("<i", data, at + 4)[0]
        if kind == 2:
            number += 1
            if subtype >= 0:  # the width; below: the continuation of a text variable
                index[data[at + 24 : at + 32].decode().rstrip()] = number
        elif kind == 7 and subtype == _CASES:
            cases = at + 24
        elif kind == 7 and subtype == _LONG_NAMES:
            text = data[at + 16 : at + _size(data, at, kind)].decode()
            long = dict(pair.split("=", 1)[::-1] for pair in text.rstrip("\0").split("\t"))
        at += _size(data, at, kind)
    short = long or {name: name for name in index}
    places = {name: index[brief] for name, brief in short.items()}
    return _Dictionary(at, cases, places, short, number)


def _size(data: bytes | mmap.mmap, at: int, kind: int) -> int:
    """Bytes of the dictionary record of type ``kind`` that starts at ``at``."""
    if kind == 2:
        has_label, missing = struct.unpack_from("<2i", data, at + 8)
        label = 4 + -(-int(struct.unpack_from("<i", data, at + 32)[0]) // 4) * 4 if has_label else 0
        return 32 + label + 8 * abs(int(missing))
    if kind == 3:
        end = at + 8
        for _ in range(_count(data, at)):
            end += 8 + (int(data[end + 8]) // 8 + 1) * 8
        return end - at
    if kind == 4:
        return 8 + 4 * _count(data, at)
    if kind == 6:
        return 8 + 80 * _count(data, at)
    if kind == 7:
        width, count = struct.unpack_from("<2i", data, at + 8)
        return 16 + int(width * count)
    raise ValueError(f"record type {kind} in a dictionary of ours")


def _count(data: bytes | mmap.mmap, at: int) -> int:
    return int(struct.unpack_from("<i", data, at + 4)[0])


def _record(subtype: int, sets: list[ResponseSet], short: Mapping[str, str], language: str) -> bytes:
    if not sets:
        return b""
    text = "".join(_set_line(one, short, language) for one in sets).encode()
    return struct.pack("<4i", 7, subtype, 1, len(text)) + text


def _set_line(one: ResponseSet, short: Mapping[str, str], language: str) -> str:
    name = one.name if one.name.startswith("$") else "$" + one.name
    label = fit_bytes(text_in(one.labels, language), 256)
    members = " ".join(short[member].lower() for member in one.variables)
    value = f"{one.counted_value:g}" if isinstance(one.counted_value, float) else str(one.counted_value)
    counted = f"{len(value.encode())} {value} "
    start = {"C": "C ", "D": f"D{counted}", "E": f"E 1 {counted}"}[one.kind]
    return f"{name}={start}{len(label.encode())} {label} {members}\n"
