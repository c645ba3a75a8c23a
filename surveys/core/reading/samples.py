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


def sampled(labels: Sequence[bytes], cells: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Distinct texts (labels, cells), the same for every set, so that sets can be held side by side."""
    chosen: dict[bytes, bool] = {}
    for raw, is_cell in _in_order(labels, cells):
        chosen.setdefault(raw.strip(), is_cell)
        if len(chosen) == SAMPLES:
            break
    of_cells = [raw for raw, is_cell in chosen.items() if is_cell]
    return [raw for raw in chosen if raw not in of_cells], of_cells


def _in_order(labels: Sequence[bytes], cells: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    yield from ((raw, False) for raw in labels)
    yield from ((raw, True) for raw in cells if len(raw) <= SHORT)
    yield from ((raw, True) for raw in cells)


def _window(raw: bytes, codec: str) -> str:
    """The part of the text about what tells: its first character beyond ASCII, or byte that is none."""
    text = kept(raw, codec)
    telling = _TELLS.search(text)
    start = max(0, telling.start() - BEFORE) if telling else 0
    return "".join(_seen(letter) for letter in text[start : start + WIDTH])


def _seen(letter: str) -> str:
    return letter if letter.isprintable() else " " if letter.isspace() else "\ufffd"
