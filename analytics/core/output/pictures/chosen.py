"""Which pictures a result has, and what stands in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.core.formula import INTERCEPT
from analytics.core.output.pictures.forest import Forest, ForestRow, Interval, forest
from analytics.core.output.pictures.heat import has_heat, heat
from analytics.core.output.pictures.scree import has_scree, scree
from analytics.core.output.pictures.shares import MOST_ROWS, bars_in, drawn_bars
from analytics.core.output.pictures.specifications import is_curve, specification_curve
from analytics.core.output.pictures.svg import Sheet
from analytics.core.output.table import TableRow
from analytics.core.tables import table_of_result
from surveys.core.codebook import text_in

LOGITS = ("logit", "multilevel_logit")
ESTIMATE = ("estimate", "conf_low", "conf_high")
RATIO = ("odds_ratio", "odds_ratio_low", "odds_ratio_high")
WORDS: Mapping[str, Mapping[str, str]] = {
    "coefficient": {"en": "Coefficient and 95% interval", "zh": "系数与95%置信区间"},
    "odds": {"en": "Odds ratio and 95% interval", "zh": "优势比与95%置信区间"},
    "predicted": {"en": "Predicted", "zh": "预测值"},
}
OF_ITEMS = {"scree": (has_scree, scree), "correlations": (has_heat, heat)}


def pictures_in(result: Mapping[str, Any]) -> list[str]:
    """The names of the pictures that can be drawn from ``result`` alone."""
    models = [one for one in result.get("models") or [] if _has_intervals(one)]
    names = [f"forest_{family}" for family in dict.fromkeys(map(_family, models))]
    if any(one["kind"] in LOGITS for one in models):
        names.append("odds_ratios")
    names += bars_in(result)
    names += [name for name, (has, _) in OF_ITEMS.items() if has(result)]
    if is_curve(result):
        names.append("curve")
    return names


def picture(result: Mapping[str, Any], name: str, language: str, title: str, note: str) -> Sheet:
    """The picture ``name`` of those in :func:`pictures_in`."""
    if name.startswith("bars"):
        return drawn_bars(result, name, language, title, note)
    if name in OF_ITEMS:
        return OF_ITEMS[name][1](result, language, title, note)
    if name == "curve":
        return specification_curve(result, language, title, note)
    odds = name == "odds_ratios"
    wanted = [one for one in result["models"] if _has_intervals(one)]
    if odds:
        wanted = [one for one in wanted if one["kind"] in LOGITS]
    else:
        wanted = [one for one in wanted if f"forest_{_family(one)}" == name]
    return _forest(result, wanted, odds, language, title, note)


def history(
    runs: Sequence[tuple[str, Mapping[str, Any]]], model: str, language: str, title: str, note: str
) -> Sheet:
    """The coefficients of one model in (name, result) of several runs, laid side by side."""
    columns: list[dict[frozenset[str], Interval]] = []
    labels: dict[frozenset[str], str] = {}
    for _, result in runs:
        found = next((one for one in result.get("models", ()) if one["name"] == model), None)
        columns.append(_by_key(found, False) if found else {})
        labels |= {frozenset(row.key.split(":")): row.label for row in _terms(result, language)}
    rows = [ForestRow(label, tuple(one.get(key) for one in columns)) for key, label in labels.items()]
    drawn = tuple(row for row in rows if any(row.cells))[:MOST_ROWS]
    axis = text_in(WORDS["coefficient"], language)
    return forest(Forest(title, axis, tuple(name for name, _ in runs), drawn, note))


def models_with_intervals(result: Mapping[str, Any]) -> list[str]:
    """The names of the models of which a history can be drawn."""
    return [one["name"] for one in result.get("models") or () if _has_intervals(one)]


def _terms(result: Mapping[str, Any], language: str) -> list[TableRow]:
    """The rows of coefficients, without the constant."""
    rows = table_of_result(result, language).rows
    return [row for row in rows if row.section == "terms" and row.key != INTERCEPT]


def _family(model: Mapping[str, Any]) -> str:
    """Models whose coefficients are on one scale may stand in one picture: ``logit``, ``linear``."""
    return str(model["kind"]).removeprefix("multilevel_")


def _has_intervals(model: Mapping[str, Any]) -> bool:
    return any(_cell(one, False) for one in model["result"]["estimates"])


def _forest(
    result: Mapping[str, Any],
    wanted: Sequence[Mapping[str, Any]],
    odds: bool,
    language: str,
    title: str,
    note: str,
) -> Sheet:
    """Rows as in the table: absorbed terms and the constant left out."""
    table = table_of_result(result, language)
    shown = [(model, head) for model, head in zip(result["models"], table.columns, strict=True)]
    shown = [(model, head) for model, head in shown if model in wanted]
    cells = [_by_key(model, odds) for model, _ in shown]
    rows = []
    for row in _terms(result, language):
        key = frozenset(row.key.split(":"))
        found = tuple(column.get(key) for column in cells)
        if any(found):
            rows.append(ForestRow(row.label, found))
    axis = text_in(WORDS["odds" if odds else "coefficient"], language)
    heads = tuple(head for _, head in shown)
    return forest(Forest(title, axis, heads, tuple(rows[:MOST_ROWS]), note, odds))


def _by_key(model: Mapping[str, Any], odds: bool) -> dict[frozenset[str], Interval]:
    keys = {column["name"]: frozenset(column["key"].split(":")) for column in model["columns"]}
    found = ((keys.get(one["term"]), _cell(one, odds)) for one in model["result"]["estimates"])
    return {key: cell for key, cell in found if key is not None and cell is not None}


def _cell(one: Mapping[str, Any], odds: bool) -> Interval | None:
    names = (
        ("odds_ratio", "odds_ratio_low", "odds_ratio_high") if odds else ("estimate", "conf_low", "conf_high")
    )
    value, low, high = (one.get(name) for name in names)
    if value is None or low is None or high is None or (odds and not (low > 0 and high < 1e12)):
        return None
    return Interval(value, low, high)
