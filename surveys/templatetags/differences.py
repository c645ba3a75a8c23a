"""Texts beside each other with the words marked in which they differ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from surveys.core.codebook import text_in
from surveys.core.comparison.texts import Piece, word_difference
from surveys.templatetags.numerals import NO_VALUE
from surveys.templatetags.vocabulary import language


def marked_before(pair: Any) -> SafeString:
    """The earlier text of a pair, what was taken out marked; a dash where it says nothing."""
    return _marked(word_difference(pair.before, pair.after)[0], "del")


def marked_after(pair: Any) -> SafeString:
    """The later text of a pair, what came in marked."""
    return _marked(word_difference(pair.before, pair.after)[1], "ins")


def marked_label(line: Any, side: str) -> SafeString:
    """A code's label on one side of a comparison, marked against the other side's."""
    texts = [text_in(labels or {}, language()) for labels in (line.before, line.after)]
    pieces = word_difference(*texts)[side == "after"]
    if line.state != "changed":
        return format_html("{}", texts[side == "after"])
    return _marked(pieces, "ins" if side == "after" else "del")


def _marked(pieces: Iterable[Piece], tag: str) -> SafeString:
    """Each run of the text, those that only this side has within ``tag``."""
    runs = list(pieces)
    if not runs:
        return format_html('<span class="quiet">{}</span>', NO_VALUE)
    form = f"<{tag}>{{}}</{tag}>"
    return format_html_join(
        "", "{}", ((run.text if run.is_shared else format_html(form, run.text),) for run in runs)
    )


def in_page_language(pairs: Iterable[Any]) -> list[Any]:
    """Text pairs, the page's language first."""
    mine = language()
    return sorted(pairs, key=lambda pair: (pair.language != mine, pair.language))


def told_count(n: int | None) -> str:
    """A count, or that it is too small to be told."""
    return "<\u202f10" if n is None else f"{n:,}"
