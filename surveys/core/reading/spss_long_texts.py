"""Labels and missing codes of texts wider than 8 bytes, from records of their own (subtypes 21 and 22)."""

from __future__ import annotations

from surveys.core.reading.raw import Bytes, RawFile, RawMissing


def long_codes(file: RawFile, labels: bytes, missing: bytes, order: str) -> None:
    """Gives the variables of ``file`` what the contents of the two records say of them."""
    by_name = {variable.name: variable for variable in file.variables}
    cursor = Bytes(labels, order)
    while cursor.position < len(cursor.data):
        name = cursor.take(cursor.count())
        cursor.take(4)
        codes: list[tuple[float | int | bytes, bytes]] = []
        for _ in range(cursor.count()):
            value = cursor.take(cursor.count()).rstrip(b" \0")
            codes.append((value, cursor.take(cursor.count()).rstrip(b" \0")))
        if name in by_name:
            by_name[name].codes = codes
    cursor = Bytes(missing, order)
    while cursor.position < len(cursor.data):
        name, values = cursor.take(cursor.count()), _missing(cursor)
        if name in by_name:
            by_name[name].missing = [RawMissing(value=value) for value in values]


def _missing(cursor: Bytes) -> list[bytes]:
    """The missing codes of one text: SPSS tells their length once, PSPP up to 1.6 before each of them."""
    n, length = cursor.number("u1"), cursor.take(4)
    cursor.position -= 4
    size = cursor.count()
    values: list[bytes] = []
    for _ in range(n):
        if values and cursor.data[cursor.position : cursor.position + 4] == length:  # no text begins so
            cursor.take(4)
        values.append(cursor.take(size).rstrip(b" \0"))
    return values
