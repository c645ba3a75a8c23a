"""PNG from our SVG, with the font that is shipped and no other: the same picture on every machine."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from surveys.core.problems import refuse
from surveys.core.said import say

FONT = Path(__file__).parents[1] / "fonts" / "WavebookSansSC.otf"
FAMILY = "Wavebook Sans SC"
ZOOM = 2  # pixels for each unit of the sheet: sharp in print at half a page's width
_PLAIN = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100)))) | frozenset("−†≤≥≠≈²×χ–—“”‘’…·")


def as_png(svg: str) -> bytes:
    """The picture as PNG; refused for letters that the font has not, which would come out as boxes."""
    lacking = sorted({one for text in _texts(svg) for one in text if not _is_in_font(one)})
    if lacking:
        raise refuse(
            "no_glyph",
            say("The font for PNG has no letter {letters}.", letters=lacking[:10]),
            hint="Take the picture as SVG: programs draw it with their own fonts.",
        )
    import resvg_py  # loads a library of its own: only for who asks for PNG

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=ZOOM,
            skip_system_fonts=True,
            font_files=[str(FONT)],
            font_family=FAMILY,
            sans_serif_family=FAMILY,
        )
    )


def _texts(svg: str) -> list[str]:
    """What stands in the picture; titles for pointers and readers are not drawn."""
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


def _is_in_font(one: str) -> bool:
    """Latin and the letters of GB 2312, which is what was kept of the font."""
    if one in _PLAIN:
        return True
    try:
        return len(one.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False
