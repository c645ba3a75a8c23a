"""A specification curve: estimates in ascending order, and below them which choices each rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.core.output.pictures.axis import Axis, shown, spanning
from analytics.core.output.pictures.svg import COLOURS, GRID, INK, QUIET, Sheet, folded

WIDTH, LABELS, RIGHT, HEAD = 900.0, 210.0, 20.0, 74.0
CURVE, LINE, APART = 300.0, 17.0, 9.0  # the height of the curve, of an alternative, and between axes
CLEAR, FAINT = COLOURS[0], "#9aa7b4"
MARK = COLOURS[1]  # of the adopted specification


@dataclass(frozen=True)
class Point:
    """One specification: its value with its interval, whether its test is clear, and what was chosen."""

    value: float
    low: float | None
    high: float | None
    is_clear: bool
    is_adopted: bool
    chosen: tuple[str, ...]
    told: str = ""


@dataclass(frozen=True)
class Curve:
    """``points`` in ascending order (at least one) over ``axes``: (label, ((name, label), …)) of each.

    ``words`` name the three kinds of points: clear, not clear, adopted.
    """

    title: str
    axis: str
    points: tuple[Point, ...]
    axes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    words: tuple[str, str, str]
    note: str = ""


def curve(plot: Curve) -> Sheet:
    """The picture; its height grows with the number of alternatives."""
    notes = folded(plot.note, WIDTH - 24, 11)
    panel = sum(APART + LINE * (1 + len(alternatives)) for _, alternatives in plot.axes)
    bottom = HEAD + CURVE + 20 + panel
    sheet = Sheet(WIDTH, bottom + 20 + 16 * len(notes), plot.title, f"{plot.axis}. {plot.note}")
    sheet.text(12, 24, plot.title, size=15, bold=True)
    _legend(sheet, plot)
    _curve(sheet, plot)
    _panel(sheet, plot, HEAD + CURVE + 20)
    for at, line in enumerate(notes):
        sheet.text(12, bottom + 18 + 16 * at, line, colour=QUIET, size=11)
    return sheet


def _legend(sheet: Sheet, plot: Curve) -> None:
    x = 12.0
    for word, colour in zip(plot.words, (CLEAR, FAINT, MARK), strict=True):
        sheet.dot(x + 5, 46, colour)
        sheet.text(x + 14, 50.5, word)
        x += 34 + 13 * sum(2 if ord(letter) > 0x2E80 else 1 for letter in word) * 0.56


def _at(place: int, of: int) -> float:
    """Where the point stands from left to right."""
    return LABELS + (place + 0.5) / of * (WIDTH - RIGHT - LABELS)


def _colour(point: Point) -> str:
    return MARK if point.is_adopted else CLEAR if point.is_clear else FAINT


def _thickness(plot: Curve) -> float:
    """Of lines and dots: thinner where there are many, so that they stay apart."""
    return min(max(0.55 * (WIDTH - RIGHT - LABELS) / len(plot.points), 0.5), 3.2)


def _curve(sheet: Sheet, plot: Curve) -> None:
    axis = _values(plot.points)
    for tick in axis.ticks(6):
        sheet.line((LABELS, axis.at(tick)), (WIDTH - RIGHT, axis.at(tick)), GRID)
        sheet.text(LABELS - 8, axis.at(tick) + 4, shown(tick), "end", QUIET, 12)
    sheet.line((LABELS, axis.at(0)), (WIDTH - RIGHT, axis.at(0)), INK, 1, "4 3")
    for at, line in enumerate(folded(plot.axis, LABELS - 70)):
        sheet.text(12, HEAD + 14 + 17 * at, line)
    thick = _thickness(plot)
    for place, point in sorted(enumerate(plot.points), key=lambda one: one[1].is_adopted):
        x, own = _at(place, len(plot.points)), max(thick, 2.2) if point.is_adopted else thick
        if point.low is not None and point.high is not None:
            sheet.line((x, axis.at(point.low)), (x, axis.at(point.high)), _colour(point), own * 0.7)
        if axis.low <= point.value <= axis.high:
            sheet.dot(x, axis.at(point.value), _colour(point), point.told, own + 0.8)


def _values(points: Sequence[Point]) -> Axis:
    """Over all intervals; those so wide that the rest could not be told apart are cut at the edge."""
    known = [(p.low, p.high) for p in points if p.low is not None and p.high is not None]
    widths = sorted(high - low for low, high in known)
    most = 12 * widths[len(widths) // 2] if widths else 0.0
    ends = [end for low, high in known if high - low <= most for end in (low, high)]
    return spanning([0.0, *ends, *(p.value for p in points)], HEAD + CURVE, HEAD)


def _panel(sheet: Sheet, plot: Curve, top: float) -> None:
    thick = _thickness(plot)
    adopted = next((at for at, point in enumerate(plot.points) if point.is_adopted), None)
    y = top
    for number, (label, alternatives) in enumerate(plot.axes):
        y += APART
        sheet.text(12, y + 12, _short(label, LABELS - 24), bold=True, size=12)
        y += LINE
        for name, called in alternatives:
            sheet.line((LABELS, y + LINE / 2), (WIDTH - RIGHT, y + LINE / 2), GRID, 0.7)
            sheet.text(24, y + 12.5, _short(called, LABELS - 36), size=12)
            for at in _places(plot.points, number, name):
                x, point = _at(at, len(plot.points)), plot.points[at]
                wide = max(thick, 2.2) if at == adopted else thick
                sheet.rect(x - wide / 2, y + 3, wide, LINE - 6, _colour(point))
            y += LINE


def _places(points: Sequence[Point], number: int, name: str) -> Iterator[int]:
    return (at for at, point in enumerate(points) if point.chosen[number] == name)


def _short(text: str, width: float) -> str:
    """The first line of a text that is too long, with a sign that it goes on."""
    lines = folded(text, width, 12)
    return lines[0] if len(lines) == 1 else f"{lines[0]}…"
