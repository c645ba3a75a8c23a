"""Lines with their bands: predicted values over a moderator, and estimates over the runs of an analysis."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.core.output.pictures.axis import Axis, shown, spanning
from analytics.core.output.pictures.svg import COLOURS, GRID, QUIET, Sheet, folded, width_of

WIDTH, HEIGHT, LEFT, RIGHT, HEAD, FOOT = 760.0, 470.0, 78.0, 24.0, 84.0, 52.0
DASHES = ("", "7 4", "2 3", "9 3 2 3")


@dataclass(frozen=True)
class Curve:
    """(x, y) points with the ends of their intervals, empty where there are none."""

    label: str
    points: tuple[tuple[float, float], ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True)
class Lines:
    """``curves`` (at least one, of at least two points) over one axis; ``marks`` are names on it."""

    title: str
    x_axis: str
    y_axis: str
    curves: tuple[Curve, ...]
    note: str = ""
    marks: tuple[tuple[float, str], ...] = ()


def lines(plot: Lines) -> Sheet:
    """The picture; bands are pale areas behind the lines."""
    notes = folded(plot.note, WIDTH - 24, 11)
    sheet = Sheet(WIDTH, HEIGHT + 16 * len(notes), plot.title, f"{plot.y_axis}; {plot.x_axis}. {plot.note}")
    points = [point for curve in plot.curves for point in curve.points]
    ends = [end for curve in plot.curves for end in (*curve.low, *curve.high)]
    across = spanning((x for x, _ in points), LEFT, WIDTH - RIGHT, room=0.02)
    up = spanning([*(y for _, y in points), *ends], HEIGHT - FOOT, HEAD)
    sheet.text(12, 24, plot.title, size=15, bold=True)
    sheet.text(12, HEAD - 12, plot.y_axis, colour=QUIET, size=12)
    _grid(sheet, plot, across, up)
    for at, curve in enumerate(plot.curves):
        colour, dash = COLOURS[at % len(COLOURS)], DASHES[at % len(DASHES)]
        _band(sheet, curve, across, up, colour)
        sheet.path(((across.at(x), up.at(y)) for x, y in curve.points), colour, 2.2, dash)
        if len(curve.points) <= 12:
            for x, y in curve.points:
                sheet.dot(across.at(x), up.at(y), colour, f"{curve.label}: {shown(x)}, {shown(y)}", 3.4)
    _legend(sheet, plot)
    for at, line in enumerate(notes):
        sheet.text(12, HEIGHT + 6 + 16 * at, line, colour=QUIET, size=11)
    return sheet


def words_alone(title: str, note: str) -> Sheet:
    """What stands where nothing can be drawn: the title, and why."""
    notes = folded(note, WIDTH - 24, 11)
    sheet = Sheet(WIDTH, 48.0 + 16 * len(notes), title, note)
    sheet.text(12, 24, title, size=15, bold=True)
    for at, line in enumerate(notes):
        sheet.text(12, 48 + 16 * at, line, colour=QUIET, size=11)
    return sheet


def _grid(sheet: Sheet, plot: Lines, across: Axis, up: Axis) -> None:
    bottom = HEIGHT - FOOT
    for tick in up.ticks():
        sheet.line((LEFT, up.at(tick)), (WIDTH - RIGHT, up.at(tick)), GRID)
        sheet.text(LEFT - 7, up.at(tick) + 4, shown(tick), "end", QUIET, 12)
    for x, text in plot.marks or tuple((tick, shown(tick)) for tick in across.ticks()):
        sheet.line((across.at(x), bottom), (across.at(x), bottom + 5), QUIET)
        sheet.text(across.at(x), bottom + 19, text, "middle", QUIET, 12)
    sheet.line((LEFT, bottom), (WIDTH - RIGHT, bottom), QUIET)
    sheet.text((LEFT + WIDTH - RIGHT) / 2, bottom + 40, plot.x_axis, "middle")


def _band(sheet: Sheet, curve: Curve, across: Axis, up: Axis, colour: str) -> None:
    if curve.low:
        xs = [across.at(x) for x, _ in curve.points]
        upper = list(zip(xs, map(up.at, curve.high), strict=True))
        lower = list(zip(xs, map(up.at, curve.low), strict=True))
        sheet.area([*upper, *reversed(lower)], colour)


def _legend(sheet: Sheet, plot: Lines) -> None:
    x = 12.0
    for at, curve in enumerate(plot.curves):
        colour, dash = COLOURS[at % len(COLOURS)], DASHES[at % len(DASHES)]
        sheet.path([(x, 46), (x + 26, 46)], colour, 2.2, dash)
        sheet.text(x + 32, 50.5, curve.label)
        x += width_of(curve.label) + 54
