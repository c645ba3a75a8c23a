"""A sheet to draw on in its own units (pixels of 1/96 inch), written as SVG with texts as texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from html import escape

FONTS = (
    "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','Noto Sans','Liberation Sans',"
    "Arial,sans-serif"
)
SIZE = 13.0
INK, QUIET, GRID = "#1a1a1a", "#5f5f5f", "#dedede"
COLOURS = ("#0b5394", "#b45309", "#2f7d32", "#8e24aa", "#546e7a", "#ad1457", "#00695c", "#6d4c41")
Point = tuple[float, float]
_CONTROL = dict.fromkeys((*range(32), 127, 65534, 65535), " ")


class Sheet:
    """Shapes are drawn in the order of their calls; colours of lines and areas are attributes, not styles."""

    def __init__(self, width: float, height: float, title: str, description: str = "") -> None:
        self.width, self.height = width, height
        self.title, self.description = title, description
        self._parts: list[str] = []

    def line(
        self,
        a: Point,
        b: Point,
        colour: str = INK,
        width: float = 1,
        dash: str = "",
    ) -> None:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<line x1="{_n(a[0])}" y1="{_n(a[1])}" x2="{_n(b[0])}" y2="{_n(b[1])}" '
            f'stroke="{colour}" stroke-width="{_n(width)}"{dashed}/>'
        )

    def path(self, points: Iterable[Point], colour: str, width: float = 2, dash: str = "") -> None:
        """An open line through ``points``."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" '
            f'stroke-width="{_n(width)}"{dashed}/>'
        )

    def area(self, points: Iterable[Point], colour: str, opacity: float = 0.15) -> None:
        self._parts.append(
            f'<polygon points="{_points(points)}" fill="{colour}" fill-opacity="{_n(opacity)}"/>'
        )

    def rect(self, x: float, y: float, width: float, height: float, colour: str, told: str = "") -> None:
        """A filled rectangle; ``told`` is said of it where a pointer rests."""
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}" height="{_n(max(height, 0))}" '
            f'fill="{colour}">{_told(told)}</rect>'
        )

    def dot(self, x: float, y: float, colour: str, told: str = "", radius: float = 4) -> None:
        self._parts.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{colour}">{_told(told)}</circle>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        anchor: str = "start",
        colour: str = INK,
        size: float = SIZE,
        bold: bool = False,
    ) -> None:
        """Text whose base line begins, is centred or ends at (x, y)."""
        weight = ' font-weight="bold"' if bold else ""
        self._parts.append(
            f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{colour}" font-size="{_n(size)}"'
            f"{weight}>{_clean(text)}</text>"
        )

    def as_svg(self) -> str:
        """The picture as a document of its own on a white ground."""
        title, more = _clean(self.title), _clean(self.description)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(self.width)}" height="{_n(self.height)}" '
            f'viewBox="0 0 {_n(self.width)} {_n(self.height)}" role="img" font-family="{FONTS}">\n'
            f"<title>{title}</title>\n<desc>{more}</desc>\n"
            f'<rect width="{_n(self.width)}" height="{_n(self.height)}" fill="#ffffff"/>\n'
            + "\n".join(self._parts)
            + "\n</svg>\n"
        )


def width_of(text: str, size: float = SIZE) -> float:
    """About how wide a text is; wide letters are squares."""
    wide = sum(unicodedata.east_asian_width(one) in "WF" for one in text)
    return size * (wide + 0.56 * (len(text) - wide))


def folded(text: str, width: float, size: float = SIZE) -> list[str]:
    """The text in lines of at most ``width``: Latin between words, Chinese between letters."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width_of(line + piece.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> Iterable[str]:
    word = ""
    for one in text:
        word += one
        if one == " " or unicodedata.east_asian_width(one) in "WF":
            yield word
            word = ""
    if word:
        yield word


def _n(number: float) -> str:
    """A coordinate with two decimals at most; no minus zero."""
    return f"{number:z.2f}".rstrip("0").rstrip(".")


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _clean(text: str) -> str:
    return escape(text.translate(_CONTROL))


def _told(text: str) -> str:
    return f"<title>{_clean(text)}</title>" if text else ""
