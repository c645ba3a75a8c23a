"""A stored result laid out as people print it: models side by side, rows in the order they were written."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.core.audit.stars import stars_of
from analytics.core.spreading import spread, threshold_labels
from analytics.core.targets import STARS

FIT_ROWS = ("loglik", "df", "aic", "bic", "mcfadden_r2", "r2", "adjusted_r2", "f_statistic", "lr_chi2")
FIT_DECIMALS = {"df": 0, "mcfadden_r2": 4, "r2": 4, "adjusted_r2": 4}
INTERCEPT = "(Intercept)"


@dataclass(frozen=True)
class Coefficient:
    """One cell: the estimate as stored, its stars, and the numbers of the footnotes that concern it."""

    estimate: Mapping[str, Any]
    stars: str
    notes: tuple[int, ...] = ()

    @property
    def decimals(self) -> int:
        """Three, or as many as show the first digit of the standard error, six at most."""
        error = self.estimate["std_error"]
        return min(6, max(3, math.ceil(-math.log10(error)))) if error else 3


@dataclass(frozen=True)
class TermRow:
    """One row over all models; ``labels`` as the design names it, cells None where a model lacks the term."""

    key: str
    labels: Mapping[str, str]
    cells: tuple[Coefficient | None, ...]


@dataclass(frozen=True)
class FigureRow:
    """A row of fit or variance figures; ``name`` is the field, ``detail`` a group or convention."""

    name: str
    values: tuple[float | None, ...]
    decimals: int = 3
    detail: str = ""


@dataclass(frozen=True)
class ModelHead:
    name: str
    label: str
    kind: str
    likelihood: str
    nodes: int | None
    groups: str
    outcome: str
    outcome_labels: Mapping[str, str]
    formula: str
    converged: bool


@dataclass(frozen=True)
class RegressionTable:
    """Models as columns; ``absorbed`` says which sets of terms are in a model without being printed."""

    heads: tuple[ModelHead, ...]
    rows: tuple[TermRow, ...]
    absorbed: tuple[tuple[str, tuple[bool, ...]], ...]
    variances: tuple[FigureRow, ...]
    fit: tuple[FigureRow, ...]
    notes: tuple[Mapping[str, Any], ...] = ()
    means: Mapping[str, float] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)


def regression_table(
    result: Mapping[str, Any], stars: Mapping[str, float] = STARS, language: str = "en"
) -> RegressionTable:
    """The models of ``result`` (of a run) side by side.

    Terms come in the order in which the models bring them in, products after them as they are written, the
    constant last.  Checks that name terms become numbered notes beside those terms.
    """
    models: Sequence[Mapping[str, Any]] = spread(result["models"], language)
    hidden: Mapping[str, str] = result.get("absorbed") or {}
    notes = _notes(models)
    columns = [_column(model, hidden, notes, stars) for model in models]
    keys = list(dict.fromkeys(key for column in columns for key in column))
    cuts = {term: labels for model in models for term, labels in threshold_labels(model).items()}
    keys.sort(key=lambda key: (key in cuts, key == INTERCEPT))
    labels = {c["key"]: c["labels"] for model in models for c in model["columns"]} | cuts
    rows = (TermRow(key, labels.get(key, {}), tuple(column.get(key) for column in columns)) for key in keys)
    sets = dict.fromkeys(name for model in models for name in model.get("absorbed", ()))
    return RegressionTable(
        heads=tuple(_head(model) for model in models),
        rows=tuple(rows),
        absorbed=tuple((name, tuple(name in model.get("absorbed", ()) for model in models)) for name in sets),
        variances=tuple(_variances(models)),
        fit=tuple(_fit(models)),
        notes=tuple(notes),
        means={name: mean for model in models for name, mean in model["means"].items()},
        references={name: level for model in models for name, level in model["references"].items()},
    )


def _head(model: Mapping[str, Any]) -> ModelHead:
    result = model["result"]
    return ModelHead(
        name=model["name"],
        label=model["label"],
        kind=model["kind"],
        likelihood=(result["fit"] or {}).get("likelihood", ""),
        nodes=(result["fit"] or {}).get("nodes"),
        groups=model["groups"],
        outcome=model.get("outcome", ""),
        outcome_labels=model["outcome_labels"],
        formula=model["formula"],
        converged=result["converged"],
    )


def _notes(models: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Checks that name terms, each once, whatever number of models they concern."""
    told: dict[tuple[str, str], Mapping[str, Any]] = {}
    for model in models:
        for check in model["result"]["checks"]:
            if check["terms"]:
                told.setdefault((check["code"], check["message"]), check)
    return list(told.values())


def _column(
    model: Mapping[str, Any],
    hidden: Mapping[str, str],
    notes: Sequence[Mapping[str, Any]],
    stars: Mapping[str, float],
) -> dict[str, Coefficient]:
    """key -> cell, absorbed terms left out."""
    mine = {(check["code"], check["message"]) for check in model["result"]["checks"]}
    by_name = {column["name"]: column for column in model["columns"]}
    cells = {}
    for one in (*model["result"]["estimates"], *model["result"].get("thresholds", ())):
        column = by_name.get(one["term"], {"key": one["term"], "term": one["term"]})
        if column["term"] in hidden:
            continue
        concerned = tuple(
            number
            for number, check in enumerate(notes, start=1)
            if (check["code"], check["message"]) in mine and one["term"] in check["terms"]
        )
        mark = stars_of(one["p_value"], stars) if one["p_value"] is not None else ""
        cells[column["key"]] = Coefficient(one, mark, concerned)
    return cells


def _variances(models: Sequence[Mapping[str, Any]]) -> list[FigureRow]:
    """Variances of groups and residual, the ICC with its scale, and the median odds ratio."""
    rows = []
    for name, part, decimals, of in (
        ("variance", "random", 5, _varying),
        ("correlation", "random_correlations", 3, _joined),
    ):
        by_model = [{of(one): one for one in m["result"].get(part, ())} for m in models]
        field = "variance" if name == "variance" else "value"
        for place in dict.fromkeys(place for found in by_model for place in found):
            values = tuple(found[place][field] if place in found else None for found in by_model)
            rows.append(FigureRow(name, values, decimals, place))
    icc = [model["result"]["icc"] for model in models]
    for scale in dict.fromkeys(one["scale"] for one in icc if one):
        values = tuple(one["value"] if one and one["scale"] == scale else None for one in icc)
        rows.append(FigureRow("icc", values, 4, scale))
    odds = tuple(model["result"]["median_odds_ratio"] for model in models)
    if any(value is not None for value in odds):
        rows.append(FigureRow("median_odds_ratio", odds))
    return rows


def _varying(one: Mapping[str, Any]) -> str:
    """What varies: the groups (in the constant), the slope of a term over them, or the residual."""
    if one["term"] == INTERCEPT or not one["group"]:
        return str(one["group"] or one["term"])
    return f"{one['group']}: {one['term']}"


def _joined(one: Mapping[str, Any]) -> str:
    names = (one["second"],) if one["first"] == INTERCEPT else (one["first"], one["second"])
    return f"{one['group']}: {', '.join(names)}"


def _fit(models: Sequence[Mapping[str, Any]]) -> list[FigureRow]:
    fits = [model["result"]["fit"] or {} for model in models]
    rows = [FigureRow("n", tuple(fit.get("n") for fit in fits), 0)]
    for name in FIT_ROWS:
        values = tuple(fit.get(name) for fit in fits)
        if any(value is not None for value in values):
            rows.append(FigureRow(name, values, FIT_DECIMALS.get(name, 2 if name in ("aic", "bic") else 3)))
    return rows
