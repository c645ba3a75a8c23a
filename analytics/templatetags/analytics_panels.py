"""What this room adds to the pages of a study, a dataset and a measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics import selectors
from analytics.core.side_by_side import INTERCEPT, FigureRow, TermRow
from analytics.core.targets import PublishedTable
from analytics.models import Run, Target
from analytics.selectors import listed, rows_shown_to
from measures.models import DatasetVersion, Measure, MeasureVersion
from surveys.core.codebook import text_in
from surveys.models import Study, WaveVersion
from surveys.services.errata import correction_of
from surveys.templatetags.numerals import MINUS, NO_VALUE
from surveys.templatetags.vocabulary import WORDS, language

register = template.Library()

FIGURES = {
    "intercept": _("Constant"),
    "variance": _("Variance"),
    "correlation": _("Correlation of effects"),
    "icc": _("Intraclass correlation"),
    "median_odds_ratio": _("Median odds ratio"),
    "n": _("Rows used"),
    "loglik": _("Log-likelihood"),
    "df": _("Parameters"),
    "aic": "AIC",
    "bic": "BIC",
    "mcfadden_r2": _("McFadden R²"),
    "r2": "R²",
    "adjusted_r2": _("Adjusted R²"),
    "f_statistic": "F",
    "lr_chi2": _("Likelihood-ratio χ²"),
}


@register.inclusion_tag("analytics/_study_analyses.html", takes_context=True)
def study_analyses(context: template.Context, study: Study) -> dict[str, Any]:
    """The study's analyses, each with its latest run and the rows it used."""
    user = context["request"].user
    found = listed.analyses_with_latest_run(study)
    return {"study": study, "rows": [(one, run, run and rows_shown_to(user, run)) for one, run in found]}


@register.inclusion_tag("analytics/_study_targets.html")
def study_targets(study: Study) -> dict[str, Any]:
    """The published tables that the study replicates."""
    return {"study": study, "targets": listed.targets_with_sizes(study)}


@register.inclusion_tag("analytics/_runs.html")
def dataset_runs(version: DatasetVersion) -> dict[str, Any]:
    """Runs that read a dataset version."""
    return {"study": version.study, "runs": listed.runs_on(version)}


@register.inclusion_tag("analytics/_runs.html")
def measure_runs(version: MeasureVersion) -> dict[str, Any]:
    """Runs that read a column made by a measure version."""
    return {"study": version.measure.study, "runs": listed.runs_with(version)}


@register.inclusion_tag("analytics/_impact.html")
def measure_impact(measure: Measure) -> dict[str, Any]:
    """What a new version of a measure would touch."""
    return {"study": measure.study, "impact": selectors.impact_of(measure)}


@register.inclusion_tag("analytics/_wave_erratum.html")
def wave_erratum(version: WaveVersion) -> dict[str, Any]:
    """That a wave version was corrected since, with the way to what rests on it."""
    return {"study": version.study, "correction": correction_of(version)}


@register.inclusion_tag("analytics/_errata.html")
def run_errata(run: Run) -> dict[str, Any]:
    """Corrections of waves that reach what a run read."""
    return {"study": run.study, "errata": selectors.errata_of_run(run)}


@register.inclusion_tag("analytics/_errata.html")
def target_errata(target: Target) -> dict[str, Any]:
    """Corrections that reach what the runs beside a published table read."""
    return {"study": target.study, "errata": selectors.errata_of_target(target), "with_run": True}


@register.filter
def term_label(row: TermRow) -> str:
    """The label of a row of coefficients; the constant has a word of its own."""
    if row.key == INTERCEPT:
        return str(FIGURES["intercept"])
    return text_in(row.labels, language()) or row.key


@register.filter
def figure_label(row: FigureRow) -> str:
    """The name of a row of fit or variance figures, with the group or scale it belongs to."""
    name = str(FIGURES.get(row.name, row.name))
    return f"{name} ({WORDS.get(row.detail, row.detail)})" if row.detail else name


@register.filter
def random_label(one: Mapping[str, Any]) -> str:
    """What a variance is of: the constant or a slope over some groups, or the residual."""
    if not one["group"]:
        return str(WORDS["Residual"])
    of = FIGURES["intercept"] if one["term"] == INTERCEPT else one["term"]
    return f"{one['group']}: {of}"


@register.filter
def correlation_label(one: Mapping[str, Any]) -> str:
    """The two effects that a correlation is of."""
    names = (FIGURES["intercept"] if name == INTERCEPT else name for name in (one["first"], one["second"]))
    return f"{one['group']}: {', '.join(map(str, names))}"


@register.filter
def is_logit(kind: str) -> bool:
    return kind in ("logit", "multilevel_logit")


@register.filter
def crosstab_rows(
    result: Mapping[str, Any],
) -> list[tuple[Mapping[str, str], list[tuple[float | None, int]]]]:
    """(labels, [(percent, count) per column]) of each row."""
    pairs = zip(result["row_labels"], result["table"]["rows"], strict=True)
    return [(labels, list(zip(row["percents"], row["counts"], strict=True))) for labels, row in pairs]


@register.filter
def cell_text(texts: Mapping[str, str] | None) -> SafeString:
    """The figures of one cell of a table: estimate, stars, error in parentheses; or count and percent."""
    texts = dict(texts or {})
    estimate, stars, error = (texts.pop(name, "") for name in ("estimate", "stars", "se"))
    parts = [f"{estimate}{stars}"] if estimate else []
    parts += [f"({error.strip('()')})"] if error else []
    parts += list(texts.values())
    return conditional_escape(" ".join(parts).replace("-", MINUS) or NO_VALUE)


SIGNS = {"equal": "=", "within_sampling_error": "≈", "same_class": "∼", "contradicts": "≠", "differs": "≠"}


@register.filter
def verdict_sign(verdict: str) -> str:
    return SIGNS.get(verdict, NO_VALUE)


@register.filter
def at(things: Any, place: int) -> Any:
    return things[place]


@register.filter
def model_name(label: str) -> str:
    """What a model is called; one that has only a number is called so in the language of the page."""
    kind, _space, number = str(label).partition(" ")
    if kind == "Model" and number.isdecimal():
        return gettext("Model %(number)s") % {"number": number}
    return label


@register.filter
def model_names(labels: Iterable[str]) -> str:
    return ", ".join(map(model_name, labels))


@register.filter
def printed_heads(table: PublishedTable) -> list[str]:
    """What the table calls its columns."""
    return [
        str(table.notes.get("models", {}).get(column, {}).get("label", column)) for column in table.columns
    ]


@register.filter
def printed_rows(table: PublishedTable) -> list[tuple[str, list[dict[str, str]]]]:
    """(label, figures per column) of each printed row."""
    rows: dict[str, dict[str, dict[str, str]]] = {}
    for cell in table.cells:
        rows.setdefault(cell.term, {}).setdefault(cell.column, {})[cell.statistic] = cell.printed
    return [
        (table.label(term), [row.get(column, {}) for column in table.columns]) for term, row in rows.items()
    ]
