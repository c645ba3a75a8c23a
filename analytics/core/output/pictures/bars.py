"""Bars of shares, one or several groups side by side."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.core.output.pictures.axis import Axis, shown
from analytics.core.output.pictures.svg import COLOURS, GRID, QUIET, SIZE, Sheet, folded, width_of

WIDTH, LABELS, RIGHT, HEAD, FOOT = 820.0, 250.0, 60.0, 74.0, 46.0
LINE, APART = 17.0, 12.0


@dataclass(frozen=True)
class Bars:
    """``rows`` are (label, percent or share of each of ``groups``); None where it is not told.

    ``decimals`` are those of the table: what it rounded is not rounded again.
    """

    title: str
    axis: str
    groups: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]
    note: str = ""
    decimals: int = 1
    unit: str = " %"  # said behind a figure where a pointer rests


def bars(plot: Bars) -> Sheet:
    """The picture: horizontal bars from zero, their figures at the ends."""
    labels = [folded(label, LABELS - 20) for label, _ in plot.rows]
    heights = [max(len(plot.groups) * LINE, len(lines) * SIZE * 1.3) + APART for lines in labels]
    notes = folded(plot.note, WIDTH - 24, 11)
    bottom = HEAD + sum(heights)
    sheet = Sheet(WIDTH, bottom + FOOT + 18 * len(notes), plot.title, f"{plot.axis}. {plot.note}")
    sheet.text(12, 24, _in_a_line(plot.title), size=15, bold=True)
    _legend(sheet, plot)
    values = [value for _, row in plot.rows for value in row if value is not None]
    axis = Axis(0.0, max([*values, 1.0]) * 1.02, LABELS, WIDTH - RIGHT)
    for tick in axis.ticks():
        sheet.line((axis.at(tick), HEAD - 8), (axis.at(tick), bottom), GRID)
        sheet.text(axis.at(tick), bottom + 17, shown(tick), "middle", QUIET, 12)
    sheet.text((LABELS + WIDTH - RIGHT) / 2, bottom + 37, plot.axis, "middle")
    top = HEAD
    for (label, row), lines, height in zip(plot.rows, labels, heights, strict=True):
        _row(sheet, (label, row), lines, axis, (top, height), plot)
        top += height
    for at, line in enumerate(notes):
        sheet.text(12, bottom + FOOT + 14 + 16 * at, line, colour=QUIET, size=11)
    return sheet


def _in_a_line(title: str) -> str:
    """The title as far as there is room; the whole is the title of the file."""
    first, *more = folded(title, WIDTH - 44, 15)
    return f"{first}…" if more else first


def _legend(sheet: Sheet, plot: Bars) -> None:
    if len(plot.groups) < 2:
        return
    x = 12.0
    for at, name in enumerate(plot.groups):
        sheet.rect(x, 41, 10, 10, COLOURS[at % len(COLOURS)])
        sheet.text(x + 14, 50.5, name)
        x += width_of(name) + 34


def _row(
    sheet: Sheet,
    row: tuple[str, tuple[float | None, ...]],
    lines: list[str],
    axis: Axis,
    place: tuple[float, float],
    plot: Bars,
) -> None:
    top, height = place
    first = top + (height - APART - len(lines) * SIZE * 1.3) / 2 + SIZE
    for at, line in enumerate(lines):
        sheet.text(12, first + at * SIZE * 1.3, line)
    y = top + (height - APART - len(row[1]) * LINE) / 2
    for at, value in enumerate(row[1]):
        if value is not None:
            figure = f"{value:.{plot.decimals}f}"
            told = ": ".join(part for part in (plot.groups[at], row[0], f"{figure}{plot.unit}") if part)
            end = axis.at(value)
            sheet.rect(LABELS, y + 1.5, end - LABELS, LINE - 3, COLOURS[at % len(COLOURS)], told)
            sheet.text(end + 5, y + LINE - 4.5, figure, colour=QUIET, size=11)
        y += LINE
