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
from typing import BinaryIO

from surveys.core.codebook import Codebook, ResponseSet, text_in
from surveys.core.writing.labels import fit_bytes
from surveys.core.writing.table import FIXED_TIME

_HEADER = 176
_WEIGHT_AT, _DATE_AT = 76, 92
_SETS, _EXTENDED_SETS, _LONG_NAMES = 7, 19, 13
_ZLIB_MAGIC = b"$FL3"


@dataclass(frozen=True)
class _Dictionary:
    """Where the last record starts; record number and short name of each variable by its long name."""

    end: int
    index: Mapping[str, int]
    short: Mapping[str, str]


def patch(
    path: Path, names: Mapping[str, str], codebook: Codebook, language: str, records: bytes = b""
) -> None:
    """Adds the codebook's response sets and weight to the file at ``path`` and fixes its time stamp.

    ``names`` maps the codebook's names to the file's; ``records`` are further records, ready made.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        head = bytearray(data[:_HEADER])
        dictionary = _walk(data)
    head[_DATE_AT : _DATE_AT + 17] = FIXED_TIME.strftime("%d %b %y%H:%M:%S").encode()
    if codebook.weight in names:
        struct.pack_into("<i", head, _WEIGHT_AT, dictionary.index[names[codebook.weight]])
    short = {name: dictionary.short[new] for name, new in names.items()}
    plain = _record(_SETS, [s for s in codebook.sets if s.kind != "E"], short, language)
    extended = _record(_EXTENDED_SETS, [s for s in codebook.sets if s.kind == "E"], short, language)
    _rewrite(path, bytes(head), dictionary.end, plain + extended + records)


def _walk(data: mmap.mmap) -> _Dictionary:
    at, number = _HEADER, 0
    index: dict[str, int] = {}
    long: dict[str, str] = {}
    while (kind := struct.unpack_from("<i", data, at)[0]) != 999:
        if kind == 2:
            number += 1
            width = struct.unpack_from("<i", data, at + 4)[0]
            if width >= 0:  # below: the continuation of a text variable
                index[data[at + 24 : at + 32].decode().rstrip()] = number
        elif kind == 7 and struct.unpack_from("<i", data, at + 4)[0] == _LONG_NAMES:
            text = data[at + 16 : at + _size(data, at, kind)].decode()
            long = dict(pair.split("=", 1)[::-1] for pair in text.rstrip("\0").split("\t"))
        at += _size(data, at, kind)
    short = long or {name: name for name in index}
    return _Dictionary(at, {name: index[brief] for name, brief in short.items()}, short)


def _size(data: mmap.mmap, at: int, kind: int) -> int:
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


def _count(data: mmap.mmap, at: int) -> int:
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


def _rewrite(path: Path, head: bytes, end: int, extra: bytes) -> None:
    """Copies the file with the new header and ``extra`` records before the last one."""
    with path.open("rb") as old, path.with_name(path.name + ".new").open("wb") as new:
        new.write(head)
        old.seek(_HEADER)
        new.write(old.read(end - _HEADER))
        new.write(extra)
        new.write(old.read(8))  # type 999 and its filler
        if head[:4] == _ZLIB_MAGIC:
            _copy_compressed(old, new, len(extra))
        else:
            shutil.copyfileobj(old, new, 1 << 20)
    path.with_name(path.name + ".new").replace(path)


def _copy_compressed(old: BinaryIO, new: BinaryIO, shift: int) -> None:
    """The cells of a ``.zsav``: its block table names absolute offsets, which move with the dictionary."""
    start, table_at, table_size = struct.unpack("<3q", old.read(24))
    new.write(struct.pack("<3q", start + shift, table_at + shift, table_size))
    left = table_at - start - 24
    while left:
        piece = old.read(min(left, 1 << 20))
        new.write(piece)
        left -= len(piece)
    table = bytearray(old.read())
    for at in range(24, len(table), 24):
        plain, packed = struct.unpack_from("<2q", table, at)
        struct.pack_into("<2q", table, at, plain + shift, packed + shift)
    new.write(table)
