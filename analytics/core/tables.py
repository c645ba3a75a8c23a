"""The table of a result: which figures stand where, in every kind of analysis.  Formats are in ``output``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from analytics.core.answer_tables import multiple_table
from analytics.core.audit.stars import stars_of
from analytics.core.correlation_table import correlation_table
from analytics.core.crosstab_table import crosstab_table
from analytics.core.descriptive_table import descriptive_table
from analytics.core.factor_table import factor_table
from analytics.core.formula import INTERCEPT
from analytics.core.multiverse.table import multiverse_table
from analytics.core.output.table import Table, TableCell, TableRow
from analytics.core.ranked_table import ranked_table
from analytics.core.reliability_table import reliability_table
from analytics.core.spreading import spread, threshold_labels
from analytics.core.table_notes import conventions
from analytics.core.targets import STARS
from surveys.core.codebook import text_in

__all__ = ["Table", "TableCell", "TableRow", "table_of_result"]

DECIMALS = 3
ABSORBED_TEXT = {"en": "in", "zh": "已纳入"}
WORDS: Mapping[str, Mapping[str, str]] = {
    "n": {"en": "N", "zh": "样本量"},
    "loglik": {"en": "Log-likelihood", "zh": "对数似然"},
    "aic": {"en": "AIC", "zh": "AIC"},
    "bic": {"en": "BIC", "zh": "BIC"},
    "df": {"en": "Parameters", "zh": "参数个数"},
    "mcfadden_r2": {"en": "McFadden R²", "zh": "McFadden R²"},
    "r2": {"en": "R²", "zh": "R²"},
    "icc": {"en": "Intraclass correlation", "zh": "组内相关"},
    "response": {"en": "response", "zh": "结果变量尺度"},
    "latent_logit": {"en": "latent logit", "zh": "潜在 logit 尺度"},
    "response_at_zero": {"en": "response, slope terms at 0", "zh": "结果变量尺度，斜率项为 0"},
    "latent_logit_at_zero": {"en": "latent logit, slope terms at 0", "zh": "潜在 logit 尺度，斜率项为 0"},
    "correlation": {"en": "Correlation", "zh": "相关"},
    "median_odds_ratio": {"en": "Median odds ratio", "zh": "中位数优势比"},
    "residual": {"en": "Residual", "zh": "残差"},
    "groups": {"en": "Groups", "zh": "组数"},
    "variance": {"en": "Variance", "zh": "方差"},
    "constant": {"en": "Constant", "zh": "常数项"},
    "stars": {
        "en": "Standard errors in parentheses. † p < .10, * p < .05, ** p < .01, *** p < .001.",
        "zh": "括号内为标准误。† p < .10，* p < .05，** p < .01，*** p < .001。",
    },
}
FIT_ROWS = ("n", "loglik", "aic", "bic", "df", "mcfadden_r2", "r2")
WHOLE = ("n", "df")
TABLES: Mapping[str, Callable[[Mapping[str, Any], str], Table]] = {
    "descriptives": descriptive_table,
    "crosstab": crosstab_table,
    "multiple_response": multiple_table,
    "ranked_response": ranked_table,
    "reliability": reliability_table,
    "factor": factor_table,
    "correlation": correlation_table,
    "multiverse": multiverse_table,
}


def table_of_result(result: Mapping[str, Any], language: str = "en") -> Table:
    """The table of a run's result, in the language asked for."""
    kind = result.get("kind")
    if "models" in result:
        return _model_table(result, language)
    if (made := TABLES.get(str(kind))) is not None:
        return replace(made(result, language), language=language)
    return Table((), (), language=language)


def _model_table(result: Mapping[str, Any], language: str) -> Table:
    models = spread(result["models"], language)
    absorbed: Mapping[str, str] = result.get("absorbed", {})
    rows = [
        *_term_rows(models, absorbed, language),
        *_absorbed_rows(models, absorbed, language),
        *_constant_row(models, language),
        *_threshold_rows(models, language),
        *_random_rows(models, language),
        *_fit_rows(models, language),
    ]
    notes = [
        WORDS["stars"]["zh" if language.startswith("zh") else "en"],
        *conventions(result["models"], language),
    ]
    heads = tuple(_model_label(model["label"], language) for model in models)
    return Table(heads, tuple(rows), tuple(notes), language=language)


def _term_rows(
    models: Sequence[Mapping[str, Any]], absorbed: Mapping[str, str], language: str
) -> Iterable[TableRow]:
    """One row per term: main effects in the order they first occur, then products."""
    labels: dict[str, str] = {}
    for model in models:
        for column in model["columns"]:
            if column["term"] not in absorbed and column["name"] != INTERCEPT:
                labels.setdefault(_same(column["key"], labels), text_in(column["labels"], language))
    ordered = sorted(labels, key=lambda key: key.count(":"))
    cells = [_estimates(model) for model in models]
    return (TableRow(key, labels[key], tuple(_of(column, key) for column in cells)) for key in ordered)


def _same(key: str, known: Iterable[str]) -> str:
    """The row that a term belongs to: ``a:b`` and ``b:a`` are one."""
    parts = frozenset(key.split(":"))
    return next((other for other in known if frozenset(other.split(":")) == parts), key)


def _estimates(model: Mapping[str, Any]) -> dict[frozenset[str], TableCell]:
    keys = {column["name"]: frozenset(column["key"].split(":")) for column in model["columns"]}
    return {keys[one["term"]]: _coefficient(one) for one in model["result"]["estimates"]}


def _of(column: Mapping[frozenset[str], TableCell], key: str) -> TableCell | None:
    return column.get(frozenset(key.split(":")))


def _coefficient(one: Mapping[str, Any]) -> TableCell:
    estimate, error = one["estimate"], one["std_error"]
    if estimate is None:
        return TableCell("–")
    if error is None:
        return TableCell(_number(estimate), estimate)
    stars = stars_of(one["p_value"], STARS) if one["p_value"] is not None else ""
    return TableCell(f"{_number(estimate)}{stars} ({_number(error)})", estimate, error, stars)


def _absorbed_rows(
    models: Sequence[Mapping[str, Any]], absorbed: Mapping[str, str], language: str
) -> Iterable[TableRow]:
    word = TableCell(ABSORBED_TEXT["zh" if language.startswith("zh") else "en"])
    for label in dict.fromkeys(absorbed.values()):
        cells = tuple(word if label in model.get("absorbed", ()) else None for model in models)
        yield TableRow(label, label, cells, "absorbed")


def _constant_row(models: Sequence[Mapping[str, Any]], language: str) -> list[TableRow]:
    cells = tuple(_of(_estimates(model), INTERCEPT) for model in models)
    return [TableRow(INTERCEPT, _word("constant", language), cells)] if any(cells) else []


def _threshold_rows(models: Sequence[Mapping[str, Any]], language: str) -> Iterable[TableRow]:
    """The thresholds of ordered logits, in the place of a constant."""
    labels = {term: text for model in models for term, text in threshold_labels(model).items()}
    cells = [{o["term"]: _coefficient(o) for o in model["result"].get("thresholds", ())} for model in models]
    for term, text in labels.items():
        yield TableRow(
            term, text_in(text, language), tuple(column.get(term) for column in cells), "thresholds"
        )


def _random_rows(models: Sequence[Mapping[str, Any]], language: str) -> list[TableRow]:
    """Variances by group, the number of groups, and the intraclass correlation with its scale."""
    named: dict[str, list[TableCell | None]] = {}

    def put(label: str, position: int, cell: TableCell) -> None:
        named.setdefault(label, [None] * len(models))[position] = cell

    for position, model in enumerate(models):
        for one in model["result"]["random"]:
            what = _word("residual", language) if one["term"] == "Residual" else one["group"]
            is_slope = bool(one["group"]) and one["term"] != INTERCEPT
            value = one["variance"]
            label = f"{_word('variance', language)}: {what}"
            label = f"{label} × {one['term']}" if is_slope else label
            put(label, position, TableCell(_number(value), value))
            if one["n_groups"] and not is_slope:
                put(
                    f"{_word('groups', language)}: {one['group']}",
                    position,
                    TableCell(f"{one['n_groups']:,}"),
                )
        for one in model["result"].get("random_correlations", ()):
            names = ", ".join(name for name in (one["first"], one["second"]) if name != INTERCEPT)
            label = f"{_word('correlation', language)}: {one['group']} × {names}"
            put(label, position, TableCell(_number(one["value"]), one["value"]))
        if icc := model["result"]["icc"]:
            put(
                f"{_word('icc', language)} ({_word(icc['scale'], language)})",
                position,
                TableCell(_number(icc["value"]), icc["value"]),
            )
        if (odds := model["result"]["median_odds_ratio"]) is not None:
            put(_word("median_odds_ratio", language), position, TableCell(_number(odds), odds))
    return [TableRow(label, label, tuple(cells), "random") for label, cells in named.items()]


def _fit_rows(models: Sequence[Mapping[str, Any]], language: str) -> Iterable[TableRow]:
    for name in FIT_ROWS:
        values = [(model["result"]["fit"] or {}).get(name) for model in models]
        if any(value is not None for value in values):
            cells = tuple(
                TableCell(_fit_number(name, v), float(v)) if v is not None else None for v in values
            )
            yield TableRow(name, _word(name, language), cells, "fit")


def _model_label(label: str, language: str) -> str:
    """What a model is called; one that has only a number is called so in the table's language."""
    word, _space, number = label.partition(" ")
    return f"模型 {number}" if word == "Model" and number.isdecimal() and language[:2] == "zh" else label


def _number(value: float) -> str:
    """Three decimals, more for numbers that three would show as nothing."""
    if value and abs(value) < 0.5 * 10**-DECIMALS:
        return f"{value:.2g}"
    return f"{value:z.{DECIMALS}f}"


def _fit_number(name: str, value: float) -> str:
    return f"{value:,.0f}" if name in WHOLE else f"{value:,.3f}"


def _word(name: str, language: str) -> str:
    return text_in(WORDS[name], language)
