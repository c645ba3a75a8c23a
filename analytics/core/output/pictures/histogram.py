"""A histogram: areas stand for rows, also where classes were joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.core.output.pictures.axis import Axis, shown, spanning
from analytics.core.output.pictures.svg import COLOURS, GRID, QUIET, Sheet, folded

WIDTH, HEIGHT, LEFT, RIGHT, HEAD, FOOT = 760.0, 400.0, 78.0, 24.0, 62.0, 52.0


@dataclass(frozen=True)
class Histogram:
    """``classes`` (at least one) are (low, high, rows), in order, none overlapping."""

    title: str
    x_axis: str
    y_axis: str
    classes: Sequence[tuple[float, float, float]]
    note: str = ""


def histogram(plot: Histogram) -> Sheet:
    """The picture; the height of a bar is rows per width of the narrowest class."""
    notes = folded(plot.note, WIDTH - 24, 11)
    sheet = Sheet(WIDTH, HEIGHT + 16 * len(notes), plot.title, f"{plot.x_axis}. {plot.note}")
    narrowest = min(high - low for low, high, _ in plot.classes)
    heights = [rows * narrowest / (high - low) for low, high, rows in plot.classes]
    ends = [end for low, high, _ in plot.classes for end in (low, high)]
    across = spanning(ends, LEFT, WIDTH - RIGHT, room=0.01)
    up = Axis(0.0, max([*heights, 1.0]) * 1.05, HEIGHT - FOOT, HEAD)
    sheet.text(12, 24, plot.title, size=15, bold=True)
    sheet.text(12, HEAD - 12, plot.y_axis, colour=QUIET, size=12)
    for tick in up.ticks():
        sheet.line((LEFT, up.at(tick)), (WIDTH - RIGHT, up.at(tick)), GRID)
        sheet.text(LEFT - 7, up.at(tick) + 4, shown(tick), "end", QUIET, 12)
    for (low, high, rows), height in zip(plot.classes, heights, strict=True):
        left, top, wide = across.at(low), up.at(height), across.at(high) - across.at(low)
        words = f"{shown(low)} – {shown(high)}: {rows:,.0f}"
        sheet.rect(left + 0.4, top, wide - 0.8, up.at(0) - top, COLOURS[0], words)
    _axis(sheet, plot, across)
    for at, line in enumerate(notes):
        sheet.text(12, HEIGHT + 6 + 16 * at, line, colour=QUIET, size=11)
    return sheet


def _axis(sheet: Sheet, plot: Histogram, across: Axis) -> None:
    bottom = HEIGHT - FOOT
    for tick in across.ticks():
        sheet.line((across.at(tick), bottom), (across.at(tick), bottom + 5), QUIET)
        sheet.text(across.at(tick), bottom + 19, shown(tick), "middle", QUIET, 12)
    sheet.line((LEFT, bottom), (WIDTH - RIGHT, bottom), QUIET)
    sheet.text((LEFT + WIDTH - RIGHT) / 2, bottom + 40, plot.x_axis, "middle")
