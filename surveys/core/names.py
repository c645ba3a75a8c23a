"""Names of variables as people and other programs write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_UNFIT = re.compile("[^0-9A-Za-z_]")
_DIGITS = re.compile("[0-9]+")


def spelled(names: Iterable[str]) -> Callable[[str], str]:
    """Finds one of ``names``: to the letter, else the only one that differs by case alone, else ''."""
    known = set(names)
    folded: dict[str, list[str]] = {}
    for name in known:
        folded.setdefault(name.casefold(), []).append(name)

    def find(name: str) -> str:
        alike = folded.get(name.casefold(), [])
        return name if name in known else alike[0] if len(alike) == 1 else ""

    return find


def part_name(name: str, code: object) -> str:
    """What the column is called that tells who chose ``code`` among the answers in the text ``name``."""
    return f"{name}___{_UNFIT.sub('_', str(code))}"


def in_natural_order(name: str) -> str:
    """A text by which names sort as people count: w9 before w10, 2014 before 2016, w2 beside W2.

    Every run of digits is led by how many it has, zeros in front left out: the longer number is the larger.
    """
    return _DIGITS.sub(_led_by_its_length, name.lower())


def _led_by_its_length(found: re.Match[str]) -> str:
    digits = found.group().lstrip("0") or "0"
    return f"{len(digits):02}{digits}"
