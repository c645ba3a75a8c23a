"""Reads a reference case: its data, what R printed, and the design that R's term names describe."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.core.results import ModelResult

FloatArray = npt.NDArray[np.float64]
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """``rows`` of data (identifiers of groups as text) and ``reference``, the numbers of make_reference.R."""

    rows: pl.DataFrame
    reference: dict[str, Any]

    def numbers(self, name: str) -> FloatArray:
        return self.rows[name].cast(pl.Float64).to_numpy()

    def design(self, terms: list[str]) -> FloatArray:
        """The columns that R's ``terms`` name: intercept, numbers, factor levels, squares and products."""
        return np.column_stack([self._term(term) for term in terms])

    def _term(self, term: str) -> FloatArray:
        if term == "(Intercept)":
            return np.ones(len(self.rows))
        return np.prod([self._factor(part) for part in term.split(":")], axis=0)

    def _factor(self, part: str) -> FloatArray:
        if part.startswith("I(") and part.endswith("^2)"):
            return self.numbers(part[2:-3]) ** 2
        if part in self.rows.columns:
            return self.numbers(part)
        name = max((c for c in self.rows.columns if part.startswith(c)), key=len)
        return (self.rows[name].cast(pl.String) == part[len(name) :]).cast(pl.Float64).to_numpy()


def load(folder: Path, text: tuple[str, ...] = (), data: str = "data.csv") -> Case:
    """The case in ``folder``; columns ``text`` are read as text."""
    overrides = dict.fromkeys(text, pl.String)
    rows = pl.read_csv(folder / data, schema_overrides=overrides, infer_schema_length=None)
    return Case(rows, json.loads((folder / "reference.json").read_text()))


def city3k() -> Case:
    """The rows of the six models of city3k, with the factor scores that R's weights give.

    The scores are standardised with the mean and SD (n - 1) of the rows that have all fourteen items.
    """
    case = load(HERE / "city3k", ("city",))
    measurement = case.reference["measurement"]
    items = [f"q{number}" for number in range(1, 15)]
    answers = case.rows.select(items).cast(pl.Float64).to_numpy()
    for reversed_item in measurement["reverse_keyed"]:
        answers[:, items.index(reversed_item)] = 6 - answers[:, items.index(reversed_item)]
    complete = answers[~np.isnan(answers).any(axis=1)]
    standard = (answers - complete.mean(axis=0)) / complete.std(axis=0, ddof=1)
    scores = standard @ np.array(measurement["score_weights"]["values"])
    rows = case.rows.with_columns([pl.Series(f"f{i + 1}", scores[:, i]).fill_nan(None) for i in range(3)])
    rows = rows.with_columns(age10=(pl.col("age") - 44) / 10)
    rows = rows.with_columns(age10sq=pl.col("age10") ** 2)
    return Case(rows.drop_nulls(["inc", "lr", "trust", "f1"]), case.reference)


@dataclass(frozen=True)
class Difference:
    """The largest differences between a fitted model and a reference."""

    coef_in_se: float
    coef: float
    coef_relative: float
    se_relative: float
    loglik: float
    aic: float
    bic: float


def difference(result: ModelResult, reference: dict[str, Any]) -> Difference:
    """Compare by term name; R's AIC and BIC take the rows as n."""
    assert result.converged and result.fit is not None, result.checks
    coef, se = reference["coef"], reference["se"]
    assert {e.term for e in result.estimates} == set(coef)
    apart = [abs(e.estimate - coef[e.term]) for e in result.estimates]
    return Difference(
        coef_in_se=max(d / se[e.term] for d, e in zip(apart, result.estimates, strict=True)),
        coef=max(apart),
        coef_relative=max(d / abs(coef[e.term]) for d, e in zip(apart, result.estimates, strict=True)),
        se_relative=max(abs(e.std_error / se[e.term] - 1) for e in result.estimates),
        loglik=abs(result.fit.loglik - reference["logLik"]),
        aic=abs(result.fit.aic - reference["AIC"]),
        bic=abs((result.fit.bic_rows or np.nan) - reference["BIC"]),
    )


def null_model(
    fit: Callable[..., ModelResult], y: npt.NDArray[np.float64], groups: npt.NDArray[Any], group: str
) -> ModelResult:
    """The model of a constant and a random intercept alone."""
    return fit(y, np.ones((len(y), 1)), ("(Intercept)",), groups, group)
