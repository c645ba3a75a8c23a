"""Analyses of several items together: reliability, factors, correlations."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.core.frame import Frame
from analytics.core.item_results import ReliabilityFigures, ReliabilityResult
from analytics.core.item_specs import CorrelationSpec, FactorSpec, ReliabilitySpec
from analytics.core.items.answers import answers_of, check_items
from analytics.core.items.correlations import correlations
from analytics.core.items.factors import factors_of
from analytics.core.items.reliability import reliability_of
from analytics.core.kinds.answers import grouped
from analytics.core.kinds.drawn import drawn, population
from analytics.core.kinds.labelled import labels_of
from analytics.core.kinds.outcome import DONE, FAILED, Outcome
from analytics.core.results import Check
from surveys.core.problems import Refused
from surveys.core.said import both, say


def run_reliability(spec: ReliabilitySpec, frame: Frame) -> Outcome:
    """Alpha, omega and item statistics, by group and in all rows."""
    check_items(spec.items, frame)
    by = (spec.by,) if spec.by else ()
    rows = drawn(frame, (*spec.items, *by), spec)
    weights = None if rows.design is None else rows.design.weights[rows.used]
    answers, checks = answers_of(spec.items, spec.reversed, frame, rows.sample.mask, weights)
    columns, own = grouped(spec.by, frame, rows)
    whole, told = reliability_of(answers, spec.correlations)
    groups = []
    for at in range(columns.count):
        inside = columns.at[rows.used] == at
        label = own["column_labels"][at]["en"]
        try:
            figures, more = reliability_of(answers.among(inside), spec.correlations)
            checks += [_of_group(check, label) for check in more]
        except Refused:  # the reason would tell how few rows there are
            figures = ReliabilityFigures(int(inside.sum()))
            message = say(
                "{group} has no figures: its rows are too few or give the same answer to an item.",
                group=label,
            )
            checks.append(Check("warning", "no_figures", message))
        groups.append(figures)
    table = ReliabilityResult(
        answers.n, (*groups, whole), spec.items, spec.correlations, answers.turned, answers.guessed, spec.by
    )
    result: dict[str, Any] = {
        "kind": spec.kind,
        "table": table.as_json(),
        "item_labels": {name: labels_of(frame[name].variable) for name in spec.items},
        **own,
        **population(spec, frame, rows),
    }
    if spec.design:
        result["weights"] = spec.design.weights
    return Outcome(DONE, result, rows.sample.n, rows.sample.lost, (*rows.checks, *told, *checks))


def _of_group(check: Check, label: str) -> Check:
    return Check(
        check.severity, check.code, both(say("In {group}:", group=label), check.message), check.terms
    )


def run_factor(spec: FactorSpec, frame: Frame) -> Outcome:
    """Loadings and all that stands beside them; a failed run where they did not converge."""
    check_items(spec.items, frame)
    rows = drawn(frame, spec.items, spec)
    weights = None if rows.design is None else rows.design.weights[rows.used]
    answers, checks = answers_of(spec.items, spec.reversed, frame, rows.sample.mask, weights)
    found = factors_of(answers, spec)
    told = (*rows.checks, *found.checks, *checks)
    if found.table is None:
        return Outcome(FAILED, {}, rows.sample.n, rows.sample.lost, told)
    result: dict[str, Any] = {
        "kind": spec.kind,
        "table": found.table.as_json(),
        "item_labels": {name: labels_of(frame[name].variable) for name in spec.items},
        **population(spec, frame, rows),
    }
    if spec.design:
        result["weights"] = spec.design.weights
    return Outcome(DONE, result, rows.sample.n, rows.sample.lost, told)


def run_correlation(spec: CorrelationSpec, frame: Frame) -> Outcome:
    """Correlations of all pairs, each with its rows, interval and p."""
    check_items(spec.variables, frame, where="variables")
    rows = drawn(frame, spec.variables if spec.missing == "listwise" else (), spec)
    values = np.column_stack([frame[name].numbers()[rows.sample.mask] for name in spec.variables])
    table = correlations(spec.variables, values, spec.method, spec.missing, spec.adjust)
    result: dict[str, Any] = {
        "kind": spec.kind,
        "table": table.as_json(),
        "item_labels": {name: labels_of(frame[name].variable) for name in spec.variables},
        **population(spec, frame, rows),
    }
    return Outcome(DONE, result, rows.sample.n, rows.sample.lost, table.checks)
