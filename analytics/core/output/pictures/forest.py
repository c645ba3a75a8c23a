"""A forest plot: estimates with their intervals, terms below each other, models side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.core.output.pictures.axis import Axis, shown, spanning
from analytics.core.output.pictures.svg import COLOURS, GRID, INK, QUIET, SIZE, Sheet, folded, width_of

WIDTH, LABELS, RIGHT, HEAD, FOOT = 820.0, 270.0, 24.0, 74.0, 46.0
LINE, APART = 17.0, 12.0  # a model's line, and the room between terms


@dataclass(frozen=True)
class Interval:
    """An estimate with the ends of its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ForestRow:
    """A term and its estimate in each model, None where the model has none."""

    label: str
    cells: tuple[Interval | None, ...]


@dataclass(frozen=True)
class Forest:
    """``rows`` (at least one with an estimate) over ``models``; ``is_ratio``: no effect is 1, not 0."""

    title: str
    axis: str
    models: tuple[str, ...]
    rows: tuple[ForestRow, ...]
    note: str = ""
    is_ratio: bool = False


def forest(plot: Forest) -> Sheet:
    """The picture; its height grows with the number of rows."""
    labels = [folded(row.label, LABELS - 20) for row in plot.rows]
    heights = [
        max(len(plot.models) * LINE, len(lines) * SIZE * 1.3) + APART
        for lines in labels
    ]  # fmt: skip
    foot = FOOT + 18 * len(folded(plot.note, WIDTH - 24, 11))
    sheet = Sheet(WIDTH, HEAD + sum(heights) + foot, plot.title, f"{plot.axis}. {plot.note}")
    axis = _axis(plot)
    _head(sheet, plot)
    bottom = HEAD + sum(heights)
    _grid(sheet, plot, axis, bottom)
    top = HEAD
    for row, lines, height in zip(plot.rows, labels, heights, strict=True):
        _row(sheet, plot, row, lines, axis, (top, height))
        top += height
    for at, line in enumerate(folded(plot.note, WIDTH - 24, 11)):
        sheet.text(12, bottom + FOOT + 14 + 16 * at, line, colour=QUIET, size=11)
    return sheet


def _axis(plot: Forest) -> Axis:
    """Over all intervals; those so wide that the rest could not be told apart are cut at the edge."""
    cells = [cell for row in plot.rows for cell in row.cells if cell is not None]
    none = 1.0 if plot.is_ratio else 0.0
    sized = sorted((math.log(c.high / c.low) if plot.is_ratio else c.high - c.low) for c in cells)
    most = 12 * sized[len(sized) // 2]
    narrow = [c for c in cells if (math.log(c.high / c.low) if plot.is_ratio else c.high - c.low) <= most]
    ends = [end for c in narrow for end in (c.low, c.high)]
    return spanning([none, *ends, *(c.value for c in narrow)], LABELS, WIDTH - RIGHT, plot.is_ratio)


def _head(sheet: Sheet, plot: Forest) -> None:
    sheet.text(12, 24, plot.title, size=15, bold=True)
    x = 12.0
    for name, colour in zip(plot.models, _colours(plot.models), strict=True):
        sheet.dot(x + 5, 46, colour)
        sheet.text(x + 14, 50.5, name)
        x += width_of(name) + 34


def _colours(models: Sequence[str]) -> list[str]:
    return [COLOURS[at % len(COLOURS)] for at in range(len(models))]


def _grid(sheet: Sheet, plot: Forest, axis: Axis, bottom: float) -> None:
    for tick in axis.ticks():
        x = axis.at(tick)
        sheet.line((x, HEAD - 8), (x, bottom), GRID)
        sheet.text(x, bottom + 17, shown(tick), "middle", QUIET, 12)
    none = axis.at(1.0 if plot.is_ratio else 0.0)
    sheet.line((none, HEAD - 8), (none, bottom), INK, 1, "4 3")
    sheet.text((LABELS + WIDTH - RIGHT) / 2, bottom + 37, plot.axis, "middle")


def _row(
    sheet: Sheet, plot: Forest, row: ForestRow, lines: Sequence[str], axis: Axis, place: tuple[float, float]
) -> None:
    top, height = place
    first = top + (height - APART - len(lines) * SIZE * 1.3) / 2 + SIZE
    for at, line in enumerate(lines):
        sheet.text(12, first + at * SIZE * 1.3, line)
    y = top + (height - APART - len(row.cells) * LINE) / 2 + LINE / 2
    for cell, colour, model in zip(row.cells, _colours(plot.models), plot.models, strict=True):
        if cell is not None:
            spoken = f"{model}, {row.label}: {shown(cell.value)} [{shown(cell.low)}, {shown(cell.high)}]"
            sheet.line((axis.at(cell.low), y), (axis.at(cell.high), y), colour, 1.6)
            for end in (cell.low, cell.high):
                if not axis.low <= end <= axis.high:  # it goes on beyond the sheet
                    tip, back = axis.at(end), 7 if end < axis.low else -7
                    sheet.area([(tip, y), (tip + back, y - 4), (tip + back, y + 4)], colour, 1)
                else:
                    sheet.line((axis.at(end), y - 3.5), (axis.at(end), y + 3.5), colour, 1.6)
            if axis.low <= cell.value <= axis.high:
                sheet.dot(axis.at(cell.value), y, colour, spoken, 3.6)
        y += LINE
