"""How a scale's report is laid out on a page: tables of items and congruences, and the scree plot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from measures.core.scale import Scale
from measures.core.scale_figures import plain
from measures.core.scale_warnings import EQUAL, FAIR, likeness
from measures.services.scales import Rows, ScaleReport
from surveys.core.codebook import text_in
from surveys.templatetags.numerals import code_text, fixed
from surveys.templatetags.vocabulary import language
from surveys.translation import spoken

register = template.Library()

WORDS = {
    "principal": _("first principal component"),
    "minres": _("one factor by minimum residuals (minres)"),
    "regression": _("regression scores (Thurstone)"),
    "bartlett": _("Bartlett scores"),
    "component": _("the unscaled component"),
    "weighted_sum": _("sum of standardised items, each times its loading"),
    "sum": _("sum of standardised items"),
    "mean": _("mean of standardised items"),
    "plain sum": _("sum of the answers"),
    "plain mean": _("mean of the answers"),
    "several principal": _("principal components"),
    "several minres": _("minimum residuals (minres)"),
    "none": _("not rotated"),
    "varimax": _("varimax (rows of length one)"),
    "promax": _("promax of varimax (power 4)"),
    "oblimin": _("oblimin (direct quartimin, rows as they are)"),
    "pearson": _("Pearson"),
    "polychoric": _("polychoric"),
}
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 320, 190, 26, 24, 8  # of the scree plot, in its own units


@register.filter
def figure(number: Any, digits: int = 2) -> str:
    """A figure with so many decimals; an en dash where it is not defined."""
    return fixed(None if number is None else plain(float(number)), digits)


@register.filter
def scale_word(word: str) -> str:
    """A word of scales in the page's language."""
    return str(WORDS.get(word, word))


@register.filter
def scored_as(scale: Scale) -> str:
    """How the items of a scale become one number."""
    return str(WORDS[scale.scores if scale.is_standardised else f"plain {scale.scores}"])


@register.filter
def rows_name(rows: Rows) -> str:
    """``2014@1``, and the group's label behind it."""
    wave = f"{rows.wave.wave.slug}@{rows.wave.number}"
    if rows.group is None:
        return wave
    return f"{wave} · {text_in(rows.labels, language()) or code_text(rows.group)}"


@register.filter
def item_rows(rows: Rows, report: ScaleReport) -> list[dict[str, Any]]:
    """The figures of each item of a scale in a wave or group."""
    assert rows.figures is not None
    found = rows.figures
    names = ("means", "sds", "loadings", "uniquenesses", "item_rest", "alpha_dropped", "kmo_items")
    columns = [getattr(found, name) for name in names]
    return [
        {
            "item": item,
            "label": text_in(labels, language()),
            "all_loadings": own,
            **dict(zip(names, cells, strict=True)),
        }
        for item, labels, own, *cells in zip(
            report.scale.items, report.labels, found.factors.loadings, *columns, strict=True
        )
    ]


@register.filter
def score_of(rows: Rows) -> tuple[float, float]:
    """Mean and SD of the score on the metric refitted on these rows."""
    assert rows.figures is not None
    return rows.figures.scored(rows.figures.metric)


@register.filter
def extracted_by(scale: Scale) -> str:
    """How a scale's factor, or its several, are found."""
    return str(WORDS[scale.extraction if scale.factors == 1 else f"several {scale.extraction}"])


@register.filter
def factor_heads(scale: Scale) -> list[dict[str, Any]]:
    """The factors of a scale by number, and whether it is the one that is scored."""
    return [{"number": at, "is_scored": at == scale.factor} for at in range(1, scale.factors + 1)]


@register.filter
def factor_rows(rows: Rows) -> list[tuple[str, list[str]]]:
    """What is told of each of several factors: what it explains, how its score tells it, correlations."""
    assert rows.figures is not None
    found, p = rows.figures.factors, len(rows.figures.means)
    told = [
        (gettext("Sum of squared loadings"), found.sums, 3),
        (gettext("% of variance"), 100 * found.sums / p, 1),
        (gettext("% of variance, cumulated"), 100 * found.sums.cumsum() / p, 1),
        (gettext("Squared correlation with its regression score"), rows.figures.determinacy, 3),
    ]
    if np.abs(found.phi - np.eye(len(found.phi))).max() > 0:
        name = gettext("Correlation with factor %(number)s")
        told += [(name % {"number": at}, own, 3) for at, own in enumerate(found.phi, start=1)]
    return [(name, [figure(one, digits) for one in numbers]) for name, numbers, digits in told]


@register.filter
def congruence_tables(report: ScaleReport) -> list[dict[str, Any]]:
    """For each factor every wave or group with its congruences, the lower triangle: text, word, badge."""
    names = [rows_name(one) for one in report.with_figures]
    return [
        {
            "number": at,
            "is_scored": at == report.scale.factor,
            "rows": [
                (name, [_congruence(phi) for phi in row[:place]])
                for place, (name, row) in enumerate(zip(names, table, strict=True))
            ],
        }
        for at, table in enumerate(report.alike.tables, start=1)
    ]


def _congruence(phi: float) -> dict[str, str]:
    kind = "ok" if phi >= EQUAL else "warning" if phi >= FAIR else "error"
    return {"text": fixed(plain(phi), 3), "word": spoken(likeness(phi)), "kind": kind}


@register.filter
def congruence_kind(phi: float) -> dict[str, str]:
    """One congruence as a text, a word and a kind of badge."""
    return _congruence(phi)


@register.simple_tag
def scree(eigenvalues: Sequence[float] | np.ndarray) -> SafeString:
    """The eigenvalues as a scree plot, with a line at 1; they stand beside it in figures."""
    values = [max(float(value), 0.0) for value in eigenvalues]
    top = max(*values, 1.0) * 1.08
    step = (WIDTH - LEFT - 14) / max(len(values) - 1, 1)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)

    points = [(LEFT + 8 + at * step, y(value)) for at, value in enumerate(values)]
    parts = [
        format_html_join("", '<line class="grid{}" x1="{}" x2="{}" y1="{}" y2="{}"/>', _lines(top, y)),
        format_html_join("", '<text class="end" x="{}" y="{}">{}</text>', _marks(top, y)),
        format_html('<polyline points="{}"/>', " ".join(f"{a:.1f},{b:.1f}" for a, b in points)),
        format_html_join(
            "",
            '<circle cx="{}" cy="{}" r="3.5"><title>{}: {}</title></circle>',
            (
                (f"{a:.1f}", f"{b:.1f}", at, fixed(value, 3))
                for at, ((a, b), value) in enumerate(zip(points, values, strict=True), start=1)
            ),
        ),
        format_html_join(
            "",
            '<text class="middle" x="{}" y="{}">{}</text>',
            ((f"{a:.1f}", HEIGHT - 6, at) for at, (a, _b) in enumerate(points, start=1)),
        ),
    ]
    told = gettext("Scree plot of the eigenvalues")
    figures = ", ".join(fixed(value, 2) for value in values)
    return format_html(
        '<svg class="scree" viewBox="0 0 {} {}" role="img" aria-label="{}: {}">{}</svg>',
        WIDTH,
        HEIGHT,
        told,
        figures,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _ticks(top: float) -> list[float]:
    step = 1.0 if top < 8 else float(int(top // 4))
    return [at * step for at in range(int(top // step) + 1)]


def _lines(top: float, y: Any) -> Iterator[tuple[str, int, int, str, str]]:
    for tick in _ticks(top):
        kind = " one" if tick == 1.0 else ""
        yield kind, LEFT, WIDTH - 4, f"{y(tick):.1f}", f"{y(tick):.1f}"


def _marks(top: float, y: Any) -> Iterator[tuple[int, str, int]]:
    for tick in _ticks(top):
        yield LEFT - 6, f"{y(tick) + 4:.1f}", int(tick)
