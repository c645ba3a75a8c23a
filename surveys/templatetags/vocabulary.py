"""The platform's own words in the page's language."""

from __future__ import annotations

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from surveys.core.absence import LABELS
from surveys.templatetags.numerals import MINUS

LANGUAGE_TAGS = {"zh": "zh-Hans", "und": ""}
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
    "multiple_response": _("multiple response"),
    "ranked_response": _("ranked response"),
    "reliability": _("reliability"),
    "factor": _("factor analysis"),
    "correlation": _("correlations"),
    "models": _("models"),
    "series": _("series of models"),
    "multiverse": _("multiverse"),
    "linear": _("linear regression"),
    "logit": _("logistic regression"),
    "ordered_logit": _("ordered logistic regression"),
    "multinomial_logit": _("multinomial logistic regression"),
    "multilevel_linear": _("multilevel linear model"),
    "multilevel_logit": _("multilevel logistic model"),
    "Residual": _("residual"),
    "response": _("on the scale of the outcome"),
    "latent_logit": _("on the latent logit scale"),
    "response_at_zero": _("on the scale of the outcome, where the terms with slopes are 0"),
    "latent_logit_at_zero": _("on the latent logit scale, where the terms with slopes are 0"),
    "equal": _("equal"),
    "within_sampling_error": _("within sampling error"),
    "same_class": _("same sign and stars"),
    "contradicts": _("contradicts"),
    "differs": _("differs"),
    "not_computed": _("not computed"),
    "standard_errors": _("standard errors"),
    "test": _("test"),
    "weights": _("weights"),
    "not finite": _("not finite"),
    "not positive": _("not positive"),
    "weight is zero": _("weight is zero"),
    "label": _("label"),
    "question": _("question"),
    "codes": _("code set"),
    "code_label": _("label of a code"),
    "missing": _("missing codes"),
    "type": _("type"),
    "level": _("level"),
    "universe": _("universe"),
    "unit": _("unit"),
    "limits": _("valid range"),
    "distribution": _("answers"),
    "translation": _("translation"),
    "renamed_by_decision": _("renamed by decision"),
    "cells": _("cells"),
    "codebook": _("codebook"),
    "meaning": _("stands for something else"),
    "rows": _("rows"),
    "added": _("added"),
    "removed": _("gone"),
    "renamed": _("perhaps renamed"),
    "same": _("no difference"),
    "decided": _("decided"),
    "open": _("open"),
    "complete": _("comparable"),
    "partial": _("partly comparable"),
    "impossible": _("not comparable"),
    "undetermined": _("undetermined"),
    "absent": _("not there"),
    "same_name": _("by its name"),
    "other_item": _("carries another item"),
    "no_data": _("no data yet"),
    "import_wave": _("import of a wave"),
    "build_dataset": _("build of a dataset"),
    "export_wave": _("export of a wave"),
    "export_dataset": _("export of a dataset"),
    "run_analysis": _("run of an analysis"),
    "rerun_stale": _("run of everything stale"),
    "write_bundle": _("replication bundle"),
    "role": _("role"),
    "group": _("block"),
    "format": _("format"),
    "note": _("remark"),
    "set": _("response set"),
    "HTML codebook": _("HTML codebook"),
    "Codebook sheet": _("Codebook sheet"),
    "Codebook sheet, Excel": _("Codebook sheet, Excel"),
    "Multiple-response sets, SPSS syntax": _("Multiple-response sets, SPSS syntax"),
}


def language() -> str:
    """The language of the page as codebooks call it: ``en`` or ``zh``."""
    return (get_language() or "en").split("-")[0]


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
    if word in ("not finite", "not positive", "weight is zero"):
        return words(word)
    return (word or "").replace("_", " ")


def words(value: str) -> str:
    """A word of the platform's own vocabulary in the page's language; other words as they are."""
    return str(WORDS.get(value, value))


def lang_tag(code: str) -> str:
    """The HTML ``lang`` of a codebook's language."""
    return LANGUAGE_TAGS.get(code, code)


def language_name(code: str) -> str:
    """A language in its own words."""
    return {"en": "English", "zh": "中文", "und": gettext("as in the file")}.get(code, code)
