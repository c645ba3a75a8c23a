"""How Wavebook prints labels, numbers, absences and versions on its pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from surveys.core.absence import LABELS
from surveys.core.citation import cite
from surveys.core.codebook import Level, Variable, text_in
from surveys.core.frequency_table import FrequencyTable, frequency_table

register = template.Library()

MINUS, NO_VALUE = "\u2212", "\u2013"
LANGUAGE_TAGS = {"zh": "zh-Hans", "und": ""}


def language() -> str:
    """The language of the page as codebooks call it: ``en`` or ``zh``."""
    return (get_language() or "en").split("-")[0]


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
def count(number: Any) -> str:
    """15999 -> 15,999."""
    return NO_VALUE if number is None or number == "" else f"{int(number):,}".replace("-", MINUS)


@register.filter
def fixed(number: Any, digits: int = 3) -> str:
    """A number with so many decimals and a true minus sign; an en dash for none."""
    if number is None or number == "":
        return NO_VALUE
    text = f"{float(number):,.{int(digits)}f}"
    return (text[1:] if float(text.replace(",", "")) == 0 else text.replace("-", MINUS)) if text[0] == "-" else text


@register.filter
def short(number: Any) -> str:
    """A number with about five significant digits, whole numbers as they are."""
    if isinstance(number, str) or number is None:
        return number or NO_VALUE
    if abs(number) < 1e-12:
        return "0"  # what rounding left of a zero
    if float(number).is_integer() and abs(number) < 1e15:
        return f"{int(number):,}".replace("-", MINUS)
    return f"{number:,.5g}".replace("-", MINUS)


@register.filter
def code_text(value: Any) -> str:
    """A code as the codebook writes it: no thousands separators, 1.0 as 1."""
    if value is None or isinstance(value, str):
        return value or ""
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


@register.filter
def percent_of(part: Any, whole: Any) -> str:
    """``part`` in percent of ``whole``, one decimal."""
    return f"{100 * part / whole:.1f}" if whole else NO_VALUE


@register.filter
def p_value(p: Any) -> str:
    """A p-value in three decimals, < 0.001 below."""
    if p is None:
        return NO_VALUE
    return "<\u202f0.001" if p < 0.0005 else f"{p:.3f}"


@register.filter
def p_equals(p: Any) -> str:
    """A p-value with its sign: "= 0.012", "< 0.001"."""
    text = p_value(p)
    return text if text.startswith("<") else f"= {text}"


@register.filter
def hash_short(text: str) -> str:
    """The first twelve characters of a hash."""
    return (text or "")[:12]


@register.filter
def reason(word: str) -> str:
    """An absence's reason in words."""
    if word == "valid":
        return gettext("valid")
    if word in ("filter", "outside “where”"):
        return gettext("outside the condition on rows")
    if word in LABELS:
        return LABELS[word].get(language(), LABELS[word]["en"])
    kind, _, rest = (word or "").partition(":")
    if kind == "code" and rest:
        return gettext("declared missing: code %(code)s") % {"code": rest.replace("-", MINUS, 1)}
    if kind == "tag" and rest:
        return gettext("tagged missing: .%(tag)s") % {"tag": rest}
    return (word or "").replace("_", " ")


@register.filter
def lang_tag(code: str) -> str:
    """The HTML ``lang`` of a codebook's language."""
    return LANGUAGE_TAGS.get(code, code)


@register.filter
def language_name(code: str) -> str:
    """A language in its own words."""
    return {"en": "English", "zh": "中文", "und": gettext("as in the file")}.get(code, code)


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
    }


@register.filter
def highlight(text: str, words: str) -> SafeString:
    """``text`` with every word of a search marked; both are escaped."""
    asked = [re.escape(word) for word in (words or "").split()]
    if not asked or not text:
        return conditional_escape(text or "")
    pieces = re.split(f"({'|'.join(asked)})", str(text), flags=re.IGNORECASE)
    marked = (("<mark>%s</mark>" if i % 2 else "%s", piece) for i, piece in enumerate(pieces))
    return mark_safe("".join(form % conditional_escape(piece) for form, piece in marked))  # noqa: S308


@register.simple_tag
def bar(share: float | None, kind: str = "") -> SafeString:
    """A horizontal bar ``share`` percent long, drawn as SVG so that it prints and needs no style attribute."""
    width = min(max(float(share or 0), 0.0), 100.0)
    return format_html(
        '<svg class="bar {}" aria-hidden="true" focusable="false"><rect width="{}%" height="100%"/></svg>',
        kind,
        f"{width:.2f}",
    )


@register.simple_tag
def stacked(tally: Mapping[str, int], rows: int) -> SafeString:
    """Valid rows and each absence of a column as one bar; the words and numbers stand beside it."""
    x, parts = 0.0, []
    for place, (word, n) in enumerate(ordered_tally(tally)):
        width = 100.0 * n / rows if rows else 0.0
        kind = "valid" if word == "valid" else f"absent a{min(place, 4)}"
        parts.append((kind, f"{x:.3f}", f"{width:.3f}", f"{reason(word)}: {n:,}"))
        x += width
    rects = format_html_join("", '<rect class="{}" x="{}%" width="{}%" height="100%"><title>{}</title></rect>', parts)
    return format_html('<svg class="bar stacked" aria-hidden="true" focusable="false">{}</svg>', rects)


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


@register.filter
def ordered_tally(tally: Mapping[str, int] | None) -> list[tuple[str, int]]:
    """(reason, rows), valid first, then the largest absence first; zeros left out."""
    pairs = [(word, n) for word, n in (tally or {}).items() if n or word == "valid"]
    return sorted(pairs, key=lambda pair: (pair[0] != "valid", -pair[1]))


@register.simple_tag
def histogram(table: FrequencyTable) -> SafeString:
    """A histogram as SVG; its figures stand in the table of classes beside it."""
    classes: Iterable[tuple[float, float, int]] = table.histogram
    most, width = table.tallest or 1, 100.0 / max(len(table.histogram), 1)
    bars = format_html_join(
        "",
        '<rect x="{}%" y="{}%" width="{}%" height="{}%"><title>{}</title></rect>',
        (
            (
                f"{i * width + width * 0.04:.3f}",
                f"{100 - 100 * n / most:.3f}",
                f"{width * 0.92:.3f}",
                f"{100 * n / most:.3f}",
                f"{short(low)} – {short(high)}: {n:,}",
            )
            for i, (low, high, n) in enumerate(classes)
        ),
    )
    return format_html('<svg class="histogram" role="img" aria-label="{}">{}</svg>', gettext("Histogram"), bars)


WORDS = {
    "integer": _("whole number"),
    "decimal": _("decimal number"),
    "text": _("text"),
    "date": _("date"),
    "datetime": _("date and time"),
    "time": _("time"),
    "nominal": _("nominal"),
    "ordinal": _("ordinal"),
    "scale": _("scale"),
    "unknown": _("not declared"),
    "raw": _("raw"),
    "derived": _("derived"),
    "key": _("key"),
    "item": _("carried item"),
    "measure": _("measure"),
    "weight": _("weight"),
    "stratum": _("stratum"),
    "psu": _("sampling unit"),
    "some": _("has missing rows"),
    "none": _("complete"),
    "info": _("note"),
    "warning": _("warning"),
    "error": _("error"),
    "fresh": _("fresh"),
    "stale": _("stale"),
    "blocked": _("blocked"),
    "draft": _("draft"),
    "published": _("published"),
    "retired": _("retired"),
    "done": _("done"),
    "failed": _("failed"),
    "descriptives": _("descriptives"),
    "crosstab": _("crosstab"),
    "models": _("models"),
    "series": _("series of models"),
    "linear": _("linear regression"),
    "logit": _("logistic regression"),
    "multilevel_linear": _("multilevel linear model"),
    "multilevel_logit": _("multilevel logistic model"),
    "Residual": _("residual"),
    "response": _("on the scale of the outcome"),
    "latent_logit": _("on the latent logit scale"),
    "equal": _("equal"),
    "within_sampling_error": _("within sampling error"),
    "same_class": _("same sign and stars"),
    "contradicts": _("contradicts"),
    "differs": _("differs"),
    "not_computed": _("not computed"),
    "import_wave": _("import of a wave"),
    "build_dataset": _("build of a dataset"),
    "run_analysis": _("run of an analysis"),
}


@register.filter
def words(value: str) -> str:
    """A word of the platform's own vocabulary in the page's language; other words as they are."""
    return str(WORDS.get(value, value))


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
