"""What stands under the table of a result: every convention that its figures follow, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from surveys.core.said import say

KINDS = {
    "linear": say("linear"),
    "logit": say("logit"),
    "multilevel_linear": say("multilevel linear"),
    "multilevel_logit": say("multilevel logit"),
}
LIKELIHOODS = {"ols": say("least squares"), "ml": "ML", "reml": "REML", "laplace": "Laplace"}


def likelihood(kind: str, fit: Mapping[str, Any]) -> str:
    """By what likelihood a model was fitted, in words."""
    if fit["likelihood"] == "quadrature":
        return say("quadrature with {nodes} nodes", nodes=fit["nodes"])
    return LIKELIHOODS["ols" if kind == "linear" else fit["likelihood"]]


BIC_COUNTS = {"rows": say("rows"), "rows_minus_fixed": say("rows minus fixed")}


def conventions(models: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """How each model was fitted, what BIC counts, what was centred, which categories are references."""
    for model in models:
        fit, kind = model["result"]["fit"], KINDS[model["kind"]]
        if fit is None:
            yield say("{model}: {kind}; no estimates (see the checks).", model=model["label"], kind=kind)
            continue
        yield say(
            "{model}: {kind}, {how}; BIC counts {rows} ({n:,}).",
            model=model["label"],
            kind=kind,
            how=likelihood(model["kind"], fit),
            rows=BIC_COUNTS[fit["bic_convention"]],
            n=fit["bic_n"],
        )
    means = {name: mean for model in models for name, mean in model["means"].items()}
    if means:
        told = [f"{name.replace('`', '')} ({mean:z.3f})" for name, mean in means.items()]
        yield say("Centred on the sample mean: {means}.", means=told)
    references = {name: level for model in models for name, level in model["references"].items()}
    if references:
        levels = [f"{name}: {level}" for name, level in references.items()]
        yield say("Reference categories: {levels}.", levels=levels)


def independence(test: Mapping[str, Any]) -> str:
    """The chi-square test of a crosstab."""
    return say(
        "χ² = {statistic:.2f}, df = {df}, p = {p:.3g}, Cramér's V = {v:.3f}.",
        statistic=test["statistic"],
        df=test["df"],
        p=test["p_value"],
        v=test["cramers_v"],
    )
