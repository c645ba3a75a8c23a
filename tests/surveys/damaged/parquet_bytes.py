"""Parquet files whose footer says another number of rows than their pages hold."""

from __future__ import annotations


def _varint(number: int) -> bytes:
    """A whole number as the footer writes it: the sign last, seven bits a byte."""
    rest, out = number << 1, bytearray()
    while rest > 127:
        out.append(rest & 127 | 128)
        rest >>= 7
    out.append(rest)
    return bytes(out)


def with_rows(data: bytes, honest: int, told: int, places: int = -1) -> bytes:
    """The file with the first ``places`` counts of ``honest`` rows in its footer turned to ``told``."""
    size = int.from_bytes(data[-8:-4], "little")
    body, footer = data[: -8 - size], data[-8 - size : -8]
    field = b"\x16" + _varint(honest)
    assert footer.count(field) >= 2
    footer = footer.replace(field, b"\x16" + _varint(told), places)
    return body + footer + len(footer).to_bytes(4, "little") + b"PAR1"
