"""What stands under the tables of several items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from surveys.core.said import say


def turned_note(turned: Mapping[str, Sequence[float] | None]) -> Iterator[str]:
    """Which items were turned round, and how."""
    if turned:
        listed = [f"{name} ({sum(ends):g} − x)" if ends else name for name, ends in turned.items()]
        yield say("(R): turned round: {items}.", items=listed)


def p_in_words(p: float) -> str:
    """``= 0.012``, or ``< 0.001``."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"
