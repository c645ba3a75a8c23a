"""The table of a result as rows of texts, for terminals, CSV files and other flat forms."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.core.audit.stars import stars_of
from analytics.core.formula import INTERCEPT
from analytics.core.table_notes import conventions, independence
from analytics.core.targets import STARS
from surveys.core.codebook import text_in
from surveys.core.spreadsheets import GUARDABLE

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
    "base": {"en": "N", "zh": "样本量"},
    "constant": {"en": "Constant", "zh": "常数项"},
    "stars": {
        "en": "Standard errors in parentheses. † p < .10, * p < .05, ** p < .01, *** p < .001.",
        "zh": "括号内为标准误。† p < .10，* p < .05，** p < .01，*** p < .001。",
    },
}
FIT_ROWS = ("n", "loglik", "aic", "bic", "df", "mcfadden_r2", "r2")
WHOLE = ("n", "df")
_NUMBER = re.compile(r"[-+]?(\d[\d,]*(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class TableCell:
    """``text`` as shown; ``value`` and ``error`` unrounded where the cell holds a number."""

    text: str
    value: float | None = None
    error: float | None = None
    stars: str = ""


@dataclass(frozen=True)
class TableRow:
    """``section``: terms, absorbed, random, fit or base; ``cells`` in the columns' order, None if empty."""

    key: str
    label: str
    cells: tuple[TableCell | None, ...]
    section: str = "terms"


@dataclass(frozen=True)
class Table:
    """``columns`` are headings; ``notes`` stand under the table and name every convention."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = ()

    def as_lists(self) -> list[list[str]]:
        """Headings and rows as texts."""
        body = [[row.label, *(cell.text if cell else "" for cell in row.cells)] for row in self.rows]
        return [["", *self.columns], *body]

    def as_csv(self) -> str:
        """Comma-separated text with the shown figures, notes below; texts like formulas are made harmless.

        Lines end with carriage return and line feed, so that cells that hold either are quoted.
        """
        out, lines = io.StringIO(), [*self.as_lists(), *([note] for note in self.notes)]
        csv.writer(out).writerows([_harmless(cell) for cell in line] for line in lines)
        return out.getvalue()

    def as_text(self) -> str:
        """Columns aligned for a terminal, wide characters counted as two."""
        lines = self.as_lists()
        widths = [max(_width(line[i]) for line in lines) for i in range(len(lines[0]))]
        padded = ("  ".join(_padded(text, widths[i], i > 0) for i, text in enumerate(line)) for line in lines)
        return "\n".join([*(line.rstrip() for line in padded), *self.notes])


def table_of_result(result: Mapping[str, Any], language: str = "en") -> Table:
    """The table of a run's result, in the language asked for."""
    kind = result.get("kind")
    if "models" in result:
        return _model_table(result, language)
    if kind == "descriptives":
        return _descriptive_table(result, language)
    if kind == "crosstab":
        return _crosstab_table(result, language)
    return Table((), ())


def _model_table(result: Mapping[str, Any], language: str) -> Table:
    models = result["models"]
    absorbed: Mapping[str, str] = result.get("absorbed", {})
    rows = [
        *_term_rows(models, absorbed, language),
        *_absorbed_rows(models, absorbed, language),
        *_constant_row(models, language),
        *_random_rows(models, language),
        *_fit_rows(models, language),
    ]
    notes = [WORDS["stars"]["zh" if language.startswith("zh") else "en"], *conventions(models)]
    return Table(tuple(model["label"] for model in models), tuple(rows), tuple(notes))


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


def _descriptive_table(result: Mapping[str, Any], language: str) -> Table:
    rows = []
    cells: tuple[TableCell | None, ...]
    for one in result["table"]["rows"]:
        label = text_in(result["labels"][one["variable"]], language)
        if one["level"]:
            label = f"{label}: {one['level']}"
        if one["kind"] == "mean":
            mean, sd = _cell(one["mean"], "z.2f"), _cell(one["sd"], ".2f")
            cells = (None, None, mean, sd, _cell(one["n"], ","))
        else:
            count, percent = _cell(one["count"], ","), _cell(one["percent"], ".1f")
            cells = (count, percent, None, None, _cell(one["n"], ","))
        rows.append(TableRow(one["variable"], label, cells))
    headings = (
        ("频数", "%", "均值", "标准差", "N")
        if language.startswith("zh")
        else ("Count", "%", "Mean", "SD", "N")
    )
    return Table(headings, tuple(rows))


def _crosstab_table(result: Mapping[str, Any], language: str) -> Table:
    table = result["table"]
    decimals = f".{table['decimals']}f"
    rows = [
        TableRow(code, text_in(labels, language), tuple(_cell(value, decimals) for value in row["percents"]))
        for code, labels, row in zip(result["codes"], result["row_labels"], table["rows"], strict=True)
    ]
    rows.append(TableRow("n", _word("base", language), tuple(_cell(n, ",") for n in table["bases"]), "base"))
    test = table["chi_square"]
    notes = (independence(test),) if test else ()
    headings = tuple(text_in(labels, language) for labels in result["column_labels"])
    return Table(headings, tuple(rows), notes)


def _cell(value: float | int | None, spec: str) -> TableCell | None:
    return TableCell(format(value, spec), float(value)) if value is not None else None


def _number(value: float) -> str:
    """Three decimals, more for numbers that three would show as nothing."""
    if value and abs(value) < 0.5 * 10**-DECIMALS:
        return f"{value:.2g}"
    return f"{value:z.{DECIMALS}f}"


def _fit_number(name: str, value: float) -> str:
    return f"{value:,.0f}" if name in WHOLE else f"{value:,.3f}"


def _word(name: str, language: str) -> str:
    return text_in(WORDS[name], language)


def _harmless(text: str) -> str:
    """A text that starts like a formula is prefixed, so that no spreadsheet runs it; numbers stay numbers."""
    return f"'{text}" if re.match(GUARDABLE, text) and not _NUMBER.fullmatch(text) else text


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
