"""Standard errors of the kind asked for, with their degrees of freedom and the sentences about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from analytics.core.choices import Errors
from analytics.core.estimators.groups import Groups
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.sandwich import Slices, bell_mccaffrey, clustered, robust
from analytics.core.results import Check
from surveys.core.said import say

FEW_CLUSTERS = (
    40  # under this CR0 and CR1 reject too often (Cameron and Miller 2015; Angrist and Pischke say 42)
)
VERY_FEW = 10
NO_ERROR = 1e-12  # share of the usual variance under which a variance is nothing but rounding


@dataclass(frozen=True)
class Uncertainty:
    """``covariance`` (k, k) of the columns as given; ``df`` (k,) of t tests, None where they are normal."""

    covariance: FloatArray
    df: FloatArray | None = None
    joint_df: float | None = None
    checks: tuple[Check, ...] = ()
    method: Mapping[str, Any] = field(default_factory=dict)
    conventions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Clusters:
    """The groups whose rows belong together, and the variable that tells them."""

    name: str
    by: Groups


def check_clusters(clusters: Clusters | None, kind: str) -> tuple[Check, ...]:
    """An error for one cluster, warnings for few."""
    if clusters is None:
        return ()
    n, name = clusters.by.count, clusters.name
    if n < 2:
        message = say(
            "{name} has {n} cluster in the rows used; errors by cluster need several.", name=name, n=n
        )
        return (Check("error", "one_cluster", message),)
    if n >= FEW_CLUSTERS:
        return ()
    if n < VERY_FEW and kind != "CR2":
        message = say(
            "{name} has only {n} clusters: errors by cluster are far too small then, and their p values are "
            "not to be trusted. Other ways are CR2 (of linear models), fixed effects of the clusters, or a "
            "multilevel model.",
            name=name,
            n=n,
        )
    elif n < VERY_FEW:
        message = say(
            "{name} has only {n} clusters: CR2 and its degrees of freedom are the best there is, and still "
            "rest on {n} points.",
            name=name,
            n=n,
        )
    else:
        message = say(
            "{name} has {n} clusters; under about {few} errors by cluster come out too small, CR2 the least.",
            name=name,
            n=n,
            few=FEW_CLUSTERS,
        )
    return (Check("warning", "few_clusters", message),)


def uncertainty(
    of: Slices,
    lift: FloatArray,
    errors: Errors,
    clusters: Clusters | None,
    df: float | None,
    terms: tuple[str, ...],
) -> Uncertainty:
    """Robust or clustered errors; ``lift`` (k, k) takes coefficients of the slices to those as given.

    ``df`` is that of a classical t test, None where the test is normal.  Coefficients of which the rows or
    clusters tell no error (a dummy for each cluster) have none, which a check says.
    """
    told = _of_kind(of, lift, errors, clusters, df)
    usual = np.diag(lift @ of.bread @ lift.T) * (float(np.mean(of.u**2)) if of.weight is None else 1.0)
    lost = ~(np.diag(told.covariance) > NO_ERROR * usual)
    if not lost.any():
        return told
    names = tuple(terms[i] for i in np.flatnonzero(lost))
    message = say(
        "These errors know no spread of {terms}: a row or cluster has a term of its own there. No error is "
        "given.",
        terms=names,
    )
    covariance = told.covariance.copy()
    covariance[lost, :] = covariance[:, lost] = np.nan
    return replace(
        told, covariance=covariance, checks=(*told.checks, Check("warning", "no_error", message, names))
    )


def _of_kind(
    of: Slices, lift: FloatArray, errors: Errors, clusters: Clusters | None, df: float | None
) -> Uncertainty:
    if errors.kind == "cluster":
        assert clusters is not None  # the specification names the variable
        return _by_cluster(of, lift, errors.type, clusters)
    covariance, alone = robust(of, errors.type)
    checks: tuple[Check, ...] = ()
    if alone:
        message = say(
            "Some rows are fitted exactly by a term of their own; {type} is not defined for them and they "
            "add nothing to it.",
            type=errors.type,
        )
        checks = (Check("warning", "fitted_alone", message),)
    return Uncertainty(
        lift @ covariance @ lift.T,
        None if df is None else np.full(of.k, df),
        df,
        checks,
        {"errors": {"kind": "robust", "type": errors.type}},
        {"standard_errors": say("robust to unequal variances")},
    )


def _by_cluster(of: Slices, lift: FloatArray, kind: str, clusters: Clusters) -> Uncertainty:
    by = clusters.by
    told = {
        "standard_errors": say("by cluster"),
        "test": say("t, clusters - 1 degrees of freedom"),
    }
    if kind == "CR2":
        found = bell_mccaffrey(of, by, lift)
        covariance, df = found.covariance, found.df
        told["test"] = say("t, Satterthwaite degrees of freedom (Bell and McCaffrey)")
    else:
        covariance, df = clustered(of, by, kind), np.full(of.k, float(by.count - 1))
    method = {"errors": {"kind": "cluster", "type": kind, "cluster": clusters.name, "n_clusters": by.count}}
    return Uncertainty(lift @ covariance @ lift.T, df, float(by.count - 1), (), method, told)
