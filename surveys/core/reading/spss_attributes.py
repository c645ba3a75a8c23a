"""Custom attributes of SPSS system files: records 7/17 (of the file) and 7/18 (of its variables)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from surveys.core.reading.raw import RawVariable
from surveys.core.spss_roles import ROLE, ROLES

Attributes = list[tuple[bytes, list[bytes]]]

_ATTRIBUTE = re.compile(rb"([^()/:\n]+)\(((?:'.*?'\n(?=['\)]))+)\)", re.DOTALL)
_TEXT = re.compile(rb"'(.*?)'\n(?='|\Z)", re.DOTALL)


def file_attributes(record: bytes) -> tuple[Attributes, int]:
    """(the file's own attributes, how many belong to SPSS itself); ValueError when it cannot be read.

    Names that begin with ``$`` are SPSS's: how its windows show the file.
    """
    found, rest = _set(record)
    if rest.strip(b" \0\n"):
        raise ValueError("attributes of the file")
    own = [pair for pair in found if not pair[0].startswith(b"$")]
    return own, len(found) - len(own)


def give_attributes(record: bytes, variables: Mapping[bytes, RawVariable]) -> None:
    """Hands every variable its attributes; roles as words, the usual one (input) left out.

    ValueError when the record cannot be read or names a variable that is not there.
    """
    rest = record.rstrip(b" \0\n")
    while rest:
        name, colon, rest = rest.partition(b":")
        if not colon or name not in variables:
            raise ValueError("attributes of variables")
        found, rest = _set(rest)
        variables[name].attributes += [pair for pair in map(_with_role, found) if pair[1]]
        if rest and not rest.startswith(b"/"):
            raise ValueError("attributes of variables")
        rest = rest[1:]


def _set(text: bytes) -> tuple[Attributes, bytes]:
    """The attributes at the beginning, ``name('text'\\n'text'\\n)`` one after the other, and the rest."""
    found: Attributes = []
    while match := _ATTRIBUTE.match(text):
        found.append((match[1], _TEXT.findall(match[2])))
        text = text[match.end() :]
    return found, text


def _with_role(pair: tuple[bytes, list[bytes]]) -> tuple[bytes, list[bytes]]:
    name, texts = pair
    if name != ROLE.encode():
        return pair
    words = [ROLES.get(text.decode("ascii", "replace"), "").encode() or text for text in texts]
    return name, [] if words == [b"input"] else words
