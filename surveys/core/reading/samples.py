"""How a text reads in a character set: three short samples, of labels while there are any, then of cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from surveys.core.reading.undecodable import kept

SAMPLES, WIDTH, BEFORE = 3, 40, 12  # samples, letters of each, and of those before the first that tells
SHORT = 60  # bytes of a cell that is shown before longer ones are
_TELLS = re.compile(r"[^\x00-\x7f]|\\x[0-9a-f]{2}")


def samples_of(texts: Sequence[bytes], codec: str) -> tuple[str, ...]:
    """The texts as they read in a set, each in the part that tells."""
    return tuple(_window(raw, codec) for raw in texts)


def sampled(labels: Sequence[bytes], cells: Sequence[bytes]) -> list[bytes]:
    """Distinct texts, the same for every set, so that sets can be held side by side."""
    chosen: dict[bytes, None] = {}
    for raw in _in_order(labels, cells):
        chosen.setdefault(raw.strip())
        if len(chosen) == SAMPLES:
            break
    return list(chosen)


def _in_order(labels: Sequence[bytes], cells: Sequence[bytes]) -> Iterator[bytes]:
    yield from labels
    yield from (raw for raw in cells if len(raw) <= SHORT)
    yield from cells


def _window(raw: bytes, codec: str) -> str:
    """The part of the text about what tells: its first character beyond ASCII, or byte that is none."""
    text = kept(raw, codec)
    telling = _TELLS.search(text)
    start = max(0, telling.start() - BEFORE) if telling else 0
    return "".join(_seen(letter) for letter in text[start : start + WIDTH])


def _seen(letter: str) -> str:
    return letter if letter.isprintable() else " " if letter.isspace() else "\ufffd"
