"""Correlations as a table of coloured fields below the diagonal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.core.output.pictures.svg import INK, QUIET, SIZE, Sheet, folded
from surveys.core.codebook import text_in

FIELD, HIGH, LABELS, HEAD, LEAST = 58.0, 34.0, 250.0, 66.0, 560.0
MOST = 30  # variables of a picture
BELOW, ABOVE = (180, 83, 9), (11, 83, 148)  # of -1 and of 1; 0 is white
DARK = 0.6  # from here on figures are white
WORDS: Mapping[str, Mapping[str, str]] = {
    "pearson": {"en": "Pearson correlations", "zh": "皮尔逊相关"},
    "spearman": {"en": "Spearman correlations", "zh": "斯皮尔曼相关"},
    "polychoric": {"en": "Polychoric correlations", "zh": "多分相关"},
}


def has_heat(result: Mapping[str, Any]) -> bool:
    """Whether ``result`` is of correlations, of no more variables than can be looked at."""
    if result.get("kind") != "correlation":
        return False
    table = result["table"]
    return len(table["variables"]) <= MOST and any(one["value"] is not None for one in table["pairs"])


def heat(result: Mapping[str, Any], language: str, title: str, note: str) -> Sheet:
    """The lower triangle, two decimals in each field; variables are numbered over the columns."""
    table, labels = result["table"], result["item_labels"]
    names = [f"{at}. {text_in(labels[one], language)}" for at, one in enumerate(table["variables"], start=1)]
    lines = [folded(name, LABELS - 20) for name in names]
    heights = [max(HIGH, len(one) * SIZE * 1.3 + 6) for one in lines]
    width = max(LABELS + FIELD * (len(names) - 1) + 24, LEAST)
    notes, bottom = folded(note, width - 24, 11), HEAD + sum(heights)
    axis = text_in(WORDS[table["method"]], language)
    sheet = Sheet(width, bottom + 26 + 16 * len(notes), title, f"{axis}. {note}")
    sheet.text(12, 24, title, size=15, bold=True)
    sheet.text(12, 46, axis, colour=QUIET, size=12)
    for at in range(len(names) - 1):
        sheet.text(LABELS + FIELD * (at + 0.5), HEAD + heights[0] - 8, str(at + 1), "middle", QUIET, 12)
    places = [(HEAD + sum(heights[:at]), height) for at, height in enumerate(heights)]
    for place, own in zip(places, lines, strict=True):
        _label(sheet, own, place)
    for one in table["pairs"]:
        row, column = max(one["first"], one["second"]), min(one["first"], one["second"])
        _field(sheet, one["value"], LABELS + FIELD * column, places[row], f"{names[row]} × {names[column]}")
    for at, line in enumerate(notes):
        sheet.text(12, bottom + 26 + 16 * at, line, colour=QUIET, size=11)
    return sheet


def _label(sheet: Sheet, lines: list[str], place: tuple[float, float]) -> None:
    top, height = place
    first = top + (height - len(lines) * SIZE * 1.3) / 2 + SIZE
    for at, line in enumerate(lines):
        sheet.text(12, first + at * SIZE * 1.3, line)


def _field(sheet: Sheet, value: float | None, x: float, place: tuple[float, float], names: str) -> None:
    y, height = place
    shown = "–" if value is None else f"{value:z.2f}".replace("-", "−")
    sheet.rect(x + 1, y + 1, FIELD - 2, height - 2, _colour(value), f"{names}: {shown}")
    ink = "#ffffff" if value is not None and abs(value) >= DARK else INK
    sheet.text(x + FIELD / 2, y + height / 2 + 4.5, shown, "middle", ink, 12)


def _colour(value: float | None) -> str:
    """From white at 0 to the full colour at -1 and 1."""
    if value is None:
        return "#f3f3f3"
    end, share = BELOW if value < 0 else ABOVE, min(abs(value), 1.0)
    return "#" + "".join(f"{round(255 + (one - 255) * share):02x}" for one in end)
