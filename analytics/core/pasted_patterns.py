"""What a column holds, told from its cells where its heading leaves it open."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from analytics.core.pasted_words import statistic_named
from analytics.core.printed import read

PAIR = re.compile(r"^(?P<first>[^(\[]*?)\s*[(\[](?P<second>[^)\]]*)[)\]]\s*(?P<after>[*†+]*)$")
INTERVAL = "ci"  # stands in a pattern for the two bounds that one cell holds
BOUNDS = ("ci_low", "ci_high")
_FIGURE = r"[-−+]?\s*[\d.]+(?:,\d{3})*"
_THOUSANDS = re.compile(r"[(\[]?\d{1,3}(?:,\d{3})+[)\]]?")  # one number, and no interval
_BETWEEN = re.compile(
    rf"^[(\[]?\s*(?P<low>{_FIGURE})\s*(?:to|,|;|–|—|-|−|~|～|至|到)\s*(?P<high>{_FIGURE})\s*[)\]]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Column:
    """What one column of the text holds: its name in the cells, and the statistic of each part of a cell."""

    name: str
    parts: tuple[str, ...]
    model: str = ""


def interval(text: str) -> tuple[str, str] | None:
    """``0.11 to 0.89``, ``[0.11, 0.89]`` or ``0.11-0.89`` as its two bounds; None of any other text."""
    found = _BETWEEN.match(text.strip())
    if found is None or _THOUSANDS.fullmatch(text.strip()):
        return None
    return found["low"].replace(" ", ""), found["high"].replace(" ", "")


def settled(
    kind: str, columns: Sequence[Column | None], rows: Sequence[Sequence[str]], said: Collection[str]
) -> list[Column | None]:
    """The columns with what headings leave open; those whose heading is in ``said`` stay as they are.

    In a crosstab cells may hold two figures.  In a table of counts and percentages, headed N and %, the N is
    that of the row: its count.
    """
    found = list(columns)
    guessed = [at for at, head in enumerate(rows[0][1:]) if head not in said]
    for at in guessed:
        column = found[at]
        if kind == "crosstab" and column is not None and column.parts == ("percent",):
            cells = [row[at + 1] for row in rows[1:] if not statistic_named(row[0])]
            found[at] = replace(column, parts=_of_shares(cells))
    return [_counted(kind, column, found) if at in guessed else column for at, column in enumerate(found)]


def _counted(kind: str, column: Column | None, columns: Sequence[Column | None]) -> Column | None:
    if column is None or kind not in ("crosstab", "descriptives", "free"):
        return column
    beside = {part for one in columns if one and one.name == column.name for part in one.parts}
    if "percent" not in beside or {"count", "mean"} & beside:
        return column
    return replace(column, parts=tuple("count" if part == "n" else part for part in column.parts))


def _of_shares(cells: Sequence[str]) -> tuple[str, ...]:
    """``10 (33.3)`` is count (percent) and ``33.3 (10)`` percent (count), where every cell is written so."""
    pairs = [found for text in cells if text and (found := PAIR.match(text))]
    if not pairs or len(pairs) < sum(map(bool, cells)):
        return ("percent",)
    first, second = (all(_is_whole(pair[half]) for pair in pairs) for half in ("first", "second"))
    if first and second:  # only a sign tells which of two whole numbers is the percentage
        marked = [half for half in ("first", "second") if all("%" in pair[half] for pair in pairs)]
        return {"first": ("percent", "count"), "second": ("count", "percent")}.get(
            "".join(marked), ("percent",)
        )
    return ("count", "percent") if first else ("percent", "count") if second else ("percent",)


def _is_whole(text: str) -> bool:
    found = read(text)
    return found is not None and not found.decimals
