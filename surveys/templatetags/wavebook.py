"""The library of tags and filters that every page loads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from surveys.core.citation import cite
from surveys.core.codebook import Level, Limits, Variable, text_in
from surveys.core.frequency_table import FrequencyTable, frequency_table
from surveys.core.limits import in_words as limits_said
from surveys.templatetags import charts, differences, numerals, plurals, vocabulary
from surveys.templatetags.charts import ordered_tally
from surveys.templatetags.vocabulary import language
from surveys.translation import field_spoken, spoken

register = template.Library()

for function in (
    numerals.count,
    numerals.fixed,
    numerals.short,
    numerals.code_text,
    numerals.percent_of,
    numerals.p_value,
    numerals.p_equals,
    numerals.hash_short,
    plurals.how_many,
    plurals.noun_for,
    vocabulary.reason,
    vocabulary.words,
    vocabulary.lang_tag,
    vocabulary.language_name,
    ordered_tally,
    differences.marked_before,
    differences.marked_after,
    differences.marked_label,
    differences.in_page_language,
    differences.told_count,
):
    register.filter(function.__name__, function)
for drawing in (charts.bar, charts.stacked, charts.fall, charts.histogram):
    register.simple_tag(drawing)


@register.simple_tag
def colon() -> str:
    """What stands between a word and what it announces, as the page's language writes it."""
    return "：" if language().startswith("zh") else ": "


@register.filter
def label(thing: Any) -> str:
    """The label (or title) of a model, a codebook entry or a mapping of labels, in the page's language."""
    if isinstance(thing, Mapping):
        return text_in(thing, language())
    for name in ("label", "title"):
        if callable(getattr(thing, name, None)):
            return str(getattr(thing, name)(language()))
    return str(thing)


@register.filter
def label_or(labels: Mapping[str, str] | None, otherwise: Any) -> Any:
    """The label in the page's language, or ``otherwise``."""
    return text_in(labels or {}, language()) or otherwise


@register.filter
def side_by_side(labels: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """(language, text) of each language that says something, the page's language first."""
    mine = language()
    pairs = [(code, text) for code, text in (labels or {}).items() if text]
    return sorted(pairs, key=lambda pair: (pair[0] != mine, pair[0] == "und", pair[0]))


@register.filter
def other_languages(labels: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """The labels beside the one that :func:`label` would show."""
    shown = text_in(labels or {}, language())
    return [(code, text) for code, text in side_by_side(labels) if text != shown]


@register.filter
def merged(labels: Mapping[str, str], question: Mapping[str, str]) -> list[tuple[str, str]]:
    """The languages in which a label or a question is given, the page's language first."""
    return side_by_side({**(question or {}), **(labels or {})})


@register.filter
def matching_codes(variable: Any, words: str) -> list[tuple[Any, str]]:
    """(code, text) of a variable's codes whose text contains a word of the search, the first four."""
    asked = [word.casefold() for word in (words or "").split()]
    texts = ((code["value"], text) for code in variable.values for text in code.get("labels", {}).values())
    return [(value, text) for value, text in texts if any(word in text.casefold() for word in asked)][:4]


@register.filter
def tally_of(variable: Any) -> dict[str, int]:
    """Valid rows and each absence of a stored variable."""
    counted = variable.frequencies
    return {"valid": counted.get("valid", 0), **counted.get("absent", {})}


@register.filter
def item(mapping: Mapping[str, Any] | None, key: Any) -> Any:
    """``mapping[key]``, or nothing."""
    return (mapping or {}).get(key)


@register.inclusion_tag("_parts/frequencies.html")
def frequencies(core: Variable, counted: Mapping[str, Any]) -> dict[str, Any]:
    """Codes with counts, absences set apart, statistics and histogram of one column."""
    table = frequency_table(core, counted)
    spoken = {code for row in table.valid for code, text in row.labels.items() if text}
    languages = sorted(spoken, key=lambda code: (code != language(), code))
    return {
        "table": table,
        "languages": languages,
        "span": 1 + max(len(languages), 1),
        "has_stats": bool(table.stats) and core.level is not Level.NOMINAL,
        "stats": [
            (name, word, table.stats[name]) for name, word in _stat_heads(table) if name in table.stats
        ],
    }


STATS = {
    "mean": _("Mean"),
    "sd": _("SD"),
    "min": _("Minimum"),
    "p5": _("5th percentile"),
    "median": _("Median"),
    "p95": _("95th percentile"),
    "max": _("Maximum"),
}


def _stat_heads(table: FrequencyTable) -> list[tuple[str, Any]]:
    """Minimum and maximum where they are told, else the percentiles in their place."""
    instead = {"p5": "min", "p95": "max"}
    return [(name, word) for name, word in STATS.items() if instead.get(name) not in table.stats]


@register.filter
def highlight(text: str, words: str) -> SafeString:
    """``text`` with every word of a search marked; both are escaped."""
    asked = [re.escape(word) for word in (words or "").split()]
    if not asked or not text:
        return conditional_escape(text or "")
    pieces = re.split(f"({'|'.join(asked)})", str(text), flags=re.IGNORECASE)
    marked = (("<mark>%s</mark>" if i % 2 else "%s", piece) for i, piece in enumerate(pieces))
    return mark_safe("".join(form % conditional_escape(piece) for form, piece in marked))


@register.filter(name="spoken")
def in_words(text: str) -> str:
    """A sentence of the cores in the page's language."""
    return spoken(text)


@register.filter
def limits_in_words(limits: Limits) -> str:
    """A range of valid values in the page's language."""
    return spoken(limits_said(limits))


@register.filter
def told(thing: Any, name: str) -> str:
    """A sentence of a problem, finding or check in the page's language."""
    return field_spoken(thing, name)


@register.inclusion_tag("_parts/tally.html")
def tally(counts: Mapping[str, int] | None) -> dict[str, Any]:
    """A column's tally as one bar with its words and numbers."""
    return {"tally": counts or {}, "rows": sum((counts or {}).values())}


@register.filter
def absences(counts: Mapping[str, int] | None) -> list[tuple[str, int]]:
    """(reason, rows) of a tally without its valid rows, the largest first."""
    return [pair for pair in ordered_tally(counts) if pair[0] != "valid"]


@register.filter
def as_yaml(thing: Any) -> str:
    """A recipe or specification as people write it."""
    return yaml.safe_dump(thing, allow_unicode=True, sort_keys=False, width=88).rstrip()


@register.inclusion_tag("_parts/citation.html")
def citation(version: Any) -> dict[str, Any]:
    """The box that says how to cite a wave version or dataset version."""
    cited = cite(
        title=f"{version.study.title(language())}, {version_title(version)}",
        name=str(version),
        made=version.created_at.date(),
        content_hash=version.content_hash,
        source=version.study.citation,
        is_synthetic=version.is_synthetic,
    )
    return {"text": cited.text, "bibtex": cited.bibtex, "id": version.pk}


def version_title(version: Any) -> str:
    """The title of the wave or dataset that a version belongs to."""
    parent = getattr(version, "wave", None) or version.dataset
    return str(parent.title(language()))


@register.simple_tag(takes_context=True)
def with_facet(context: template.Context, name: str, value: str) -> str:
    """The page's query string with one filter set (or, when empty, taken away), back on page one."""
    return str(with_query(context, **{name: value, "page": ""}))


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """The page's query string with some parameters changed; an empty value takes one out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return "?" + query.urlencode()
