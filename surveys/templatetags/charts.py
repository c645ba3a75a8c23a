"""Bars and histograms as SVG: they print, and need no style attribute; their figures stand beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from surveys.templatetags.numerals import short
from surveys.templatetags.vocabulary import reason

Classes = Sequence[tuple[float, float, float]]  # of a histogram: low, high, rows


def bar(share: float | None, kind: str = "") -> SafeString:
    """A horizontal bar ``share`` percent long."""
    width = min(max(float(share or 0), 0.0), 100.0)
    return format_html(
        '<svg class="bar {}" aria-hidden="true" focusable="false"><rect width="{}%" height="100%"/></svg>',
        kind,
        f"{width:.2f}",
    )


def stacked(tally: Mapping[str, int], rows: int) -> SafeString:
    """Valid rows and each absence of a column as one bar; the words and numbers stand beside it."""
    x, parts = 0.0, []
    for place, (word, n) in enumerate(ordered_tally(tally)):
        width = 100.0 * n / rows if rows else 0.0
        kind = "valid" if word == "valid" else f"absent a{min(place, 4)}"
        parts.append((kind, f"{x:.3f}", f"{width:.3f}", f"{reason(word)}: {n:,}"))
        x += width
    rects = format_html_join(
        "", '<rect class="{}" x="{}%" width="{}%" height="100%"><title>{}</title></rect>', parts
    )
    return format_html('<svg class="bar stacked" aria-hidden="true" focusable="false">{}</svg>', rects)


def fall(left: int, lost: int, rows: int) -> SafeString:
    """What is left of ``rows``, and beside it what was lost on the way here."""
    share = 100.0 / rows if rows else 0.0
    return format_html(
        '<svg class="bar stacked" aria-hidden="true" focusable="false"><rect class="valid" width="{}%" '
        'height="100%"/><rect class="absent a1" x="{}%" width="{}%" height="100%"/></svg>',
        f"{left * share:.3f}",
        f"{left * share:.3f}",
        f"{lost * share:.3f}",
    )


def histogram(classes: Classes) -> SafeString:
    """A histogram of (low, high, rows) as SVG; its figures stand in the table of classes beside it."""
    shapes = '<rect x="{}%" y="{}%" width="{}%" height="{}%"><title>{}</title></rect>'
    bars = format_html_join("", shapes, _class_bars(classes))
    return format_html(
        '<svg class="histogram" role="img" aria-label="{}">{}</svg>', gettext("Histogram"), bars
    )


def _class_bars(classes: Classes) -> Iterator[tuple[str, ...]]:
    """Left edge, upper edge, width and height in percent, and words: a bar's area stands for its rows."""
    if not classes:
        return
    first, last = classes[0][0], classes[-1][1]
    scale, most = 100.0 / (last - first), max(n / (high - low) for low, high, n in classes) or 1.0
    for low, high, n in classes:
        height = 100.0 * n / (high - low) / most
        edges = ((low - first) * scale + 0.2, 100.0 - height, (high - low) * scale - 0.4, height)
        yield *(f"{max(edge, 0.0):.3f}" for edge in edges), f"{short(low)} – {short(high)}: {n:,.0f}"


def ordered_tally(tally: Mapping[str, int] | None) -> list[tuple[str, int]]:
    """(reason, rows), valid first, then the largest absence first; zeros left out."""
    pairs = [(word, n) for word, n in (tally or {}).items() if n or word == "valid"]
    return sorted(pairs, key=lambda pair: (pair[0] != "valid", -pair[1]))
