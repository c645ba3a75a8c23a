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
from analytics.core.descriptive_table import level_in
from analytics.core.factor_table import loadings_alone
from analytics.core.output.table import typeset
from analytics.core.side_by_side import INTERCEPT, FigureRow, TermRow
from analytics.core.spreading import category_labels
from analytics.core.tables import table_of_result
from analytics.core.targets import PublishedTable
from analytics.models import Run, Target
from analytics.selectors import listed, rows_shown_to
from measures.models import DatasetVersion, Measure, MeasureVersion
from surveys import policy
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
    return {
        "study": study,
        "rows": [(one, run, run and rows_shown_to(user, run)) for one, run in found],
        "loose": listed.runs_without_analysis(user, study),
        "may_define": policy.may(user, policy.DEFINE, study),
    }


@register.inclusion_tag("analytics/_study_targets.html", takes_context=True)
def study_targets(context: template.Context, study: Study) -> dict[str, Any]:
    """The published tables that the study replicates."""
    may_define = policy.may(context["request"].user, policy.DEFINE, study)
    return {"study": study, "targets": listed.targets_with_sizes(study), "may_define": may_define}


@register.inclusion_tag("analytics/_study_hypotheses.html")
def study_hypotheses(study: Study) -> dict[str, Any]:
    """The registers of hypotheses of the study."""
    return {"study": study, "registers": list(study.hypotheses.all())}


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
def is_logit(kind: str) -> bool:
    return kind in ("logit", "multilevel_logit", "ordered_logit", "multinomial_logit")


@register.filter
def place(value: Any) -> str:
    """A value at which a variable is held: a code, or a number with four digits at most."""
    return f"{value:.4g}".replace("-", MINUS) if isinstance(value, float) else str(value)


@register.filter
def category_label(model: Mapping[str, Any], code: str) -> str:
    """What a category of a model's outcome is called."""
    return category_labels(model, language()).get(code, code)


@register.filter
def crosstab_rows(
    result: Mapping[str, Any],
) -> list[tuple[Mapping[str, str], list[tuple[float | None, int]]]]:
    """(labels, [(percent, count) per column]) of each row."""
    pairs = zip(result["row_labels"], result["table"]["rows"], strict=True)
    return [(labels, list(zip(row["percents"], row["counts"], strict=True))) for labels, row in pairs]


@register.filter
def is_plain_table(result: Mapping[str, Any]) -> bool:
    """Whether a table has a page form of its own; others (designs, groups) are shown flat."""
    table = result["table"]
    extras = ("groups", "differences", "paired", "rao_scott", "weighted_bases")
    told = table.get("conventions") or {}
    special = (
        any(told.get(name) for name in ("letters", "rounding")) or table.get("percent", "column") != "column"
    )
    return not (result.get("design") or special or any(table.get(name) for name in extras))


@register.filter
def level_of(row: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """The category of a line of descriptives in the page's language."""
    return level_in(row, result, language())


@register.inclusion_tag("analytics/_flat_table.html")
def flat_table(run: Run) -> dict[str, Any]:
    """The flat table of a run in the page's language, with the notes that name every convention."""
    table = table_of_result(run.result, language())
    if run.kind == "factor":
        table = loadings_alone(table)
    return {"table": table, "result": run.result, "run": run.pk}


@register.filter
def with_minus(text: str) -> str:
    """Figures with a true minus sign."""
    return typeset(text)


@register.filter
def cell_text(texts: Mapping[str, str] | None) -> SafeString:
    """The figures of one cell of a table: estimate, stars, error in parentheses; or count and percent."""
    texts = dict(texts or {})
    estimate, stars, error = (texts.pop(name, "") for name in ("estimate", "stars", "se"))
    parts = [f"{estimate}{stars}"] if estimate else []
    parts += [f"({error.strip('()')})"] if error else []
    parts += list(texts.values())
    return conditional_escape(" ".join(parts).replace("-", MINUS) or NO_VALUE)


STATISTICS = {
    "estimate": _("estimate"),
    "se": _("standard error"),
    "stars": _("stars"),
    "mean": _("mean"),
    "sd": _("standard deviation"),
    "count": _("count"),
    "percent": "%",
    "odds_ratio": _("odds ratio"),
    "ci_low": _("lower bound"),
    "ci_high": _("upper bound"),
    "loading": _("loading"),
    "absorbed": _("absorbed"),
    "n": "n",
}


@register.filter
def statistics_of(texts: Mapping[str, str]) -> str:
    """What the figures of one cell are, in their order."""
    return ", ".join(str(STATISTICS.get(name, FIGURES.get(name, name))) for name in texts)


VERDICT_WORDS = {
    "supported": _("supported"),
    "not_supported": _("not supported"),
    "other_sign": _("significant, with the other sign"),
    "not_computed": _("not computed"),
}


@register.filter
def verdict_word(verdict: str) -> str:
    """A verdict on a hypothesis in the language of the page."""
    return str(VERDICT_WORDS.get(verdict, NO_VALUE))


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


PICTURES = {
    "odds_ratios": _("Forest plot of odds ratios"),
    "curve": _("Specification curve"),
    "bars": _("Bars"),
    "bars_first": _("Bars of first ranks"),
    "bars_shares": _("Bars of weighted shares"),
    "scree": _("Scree plot with parallel analysis"),
    "correlations": _("Correlations in colour"),
    "forest": _("Forest plot of coefficients"),
    "distribution": _("Distribution"),
    "history": _("Coefficients over the runs of the analysis"),
    "interaction": _("Predictions over a moderator"),
}


@register.filter
def picture_name(name: str) -> str:
    """What a picture is called; those of several models or terms are told apart by the rest of the name."""
    kind, _sign, rest = name.partition("_")
    return str(PICTURES[name]) if name in PICTURES else f"{PICTURES[kind]} ({WORDS.get(rest, rest)})"


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
