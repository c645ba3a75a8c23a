"""Names of variables as people and other programs write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable


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
