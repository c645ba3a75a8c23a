"""Multiple-response sets of SPSS system files: records 7/5, 7/7 and 7/19, kinds C, D and E."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from surveys.core.reading.raw import RawSet
from surveys.core.said import say


def response_sets(records: Iterable[bytes], long_names: Mapping[bytes, bytes]) -> list[RawSet]:
    """All sets in file order.  ``long_names`` maps lower-case short (or long) names to long names.

    Raises ValueError with words when a set cannot be read or names a variable that is not there.
    """
    found: dict[bytes, RawSet] = {}
    for record in records:
        rest = record.rstrip(b"\0")
        while rest := rest.lstrip(b"\n\r "):
            one, rest = _one(rest, long_names)
            found[one.name] = one
    return list(found.values())


def _one(text: bytes, long_names: Mapping[bytes, bytes]) -> tuple[RawSet, bytes]:
    """``$name=C 10 label.... a b c`` or ``$name=D1 1 5 label a b`` or ``$name=E 11 1 1 5 label a b``."""
    name, equals, rest = text.partition(b"=")
    if not equals:
        raise ValueError(say("a set without a definition"))
    kind, counted = chr(rest[0]), None
    rest = rest[1:]
    if kind == "E":
        _, _, rest = rest.lstrip(b" ").partition(b" ")  # where labels come from: not needed
    if kind in "DE":
        counted, rest = _counted_text(rest.lstrip(b" "))
    elif kind != "C":
        raise ValueError(say("a set of unknown kind"))
    label, rest = _counted_text(rest.lstrip(b" "))
    line, _, rest = rest.partition(b"\n")
    variables = tuple(_long(short, long_names) for short in line.split())
    value = counted.strip() if counted is not None else None
    return RawSet(name.strip(), kind, variables, label.strip(), value), rest


def _counted_text(text: bytes) -> tuple[bytes, bytes]:
    """``5 label rest`` -> (``label``, `` rest``)."""
    size, space, rest = text.partition(b" ")
    if not space or not size.isdigit() or int(size) > len(rest):
        raise ValueError(say("a set's label has an impossible length"))
    return rest[: int(size)], rest[int(size) :]


def _long(short: bytes, long_names: Mapping[bytes, bytes]) -> bytes:
    if short.lower() not in long_names:
        raise ValueError(say("a set names a variable that is not in the file"))
    return long_names[short.lower()]
