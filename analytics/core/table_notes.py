"""What stands under the table of a result: every convention that its figures follow, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analytics.core.spreading import category_labels
from surveys.core.said import say

KINDS = {
    "linear": say("linear"),
    "logit": say("logit"),
    "ordered_logit": say("ordered logit"),
    "multinomial_logit": say("multinomial logit"),
    "multilevel_linear": say("multilevel linear"),
    "multilevel_logit": say("multilevel logit"),
}
LIKELIHOODS = {"ols": say("least squares"), "ml": "ML", "reml": "REML", "laplace": "Laplace"}
BIC_COUNTS = {"rows": say("rows"), "rows_minus_fixed": say("rows minus fixed")}


def conventions(models: Sequence[Mapping[str, Any]], language: str = "en") -> Iterable[str]:
    """How each model was fitted, what BIC counts, what was centred, which categories are references."""
    for model in models:
        fit, kind = model["result"]["fit"], KINDS[model["kind"]]
        if fit is None:
            yield say("{model}: {kind}; no estimates (see the checks).", model=model["label"], kind=kind)
            continue
        if fit["likelihood"] == "pseudo":
            yield from _drawn(model, kind)
            continue
        yield say(
            "{model}: {kind}, {how}; BIC counts {rows} ({n:,}).",
            model=model["label"],
            kind=kind,
            how=LIKELIHOODS["ols" if model["kind"] == "linear" else fit["likelihood"]],
            rows=BIC_COUNTS[fit["bic_convention"]],
            n=fit["bic_n"],
        )
        if reference := model["result"]["method"].get("reference"):
            told = category_labels(model, language).get(reference, reference)
            yield say("{model}: log odds against {reference}.", model=model["label"], reference=told)
        if errors := model["result"]["method"].get("errors"):
            yield _errors(model["label"], errors)
    means = {name: mean for model in models for name, mean in model["means"].items()}
    if means:
        told = [f"{name.replace('`', '')} ({mean:z.3f})" for name, mean in means.items()]
        yield say("Centred on the sample mean: {means}.", means=told)
    references = {name: level for model in models for name, level in model["references"].items()}
    if references:
        levels = [f"{name}: {level}" for name, level in references.items()]
        yield say("Reference categories: {levels}.", levels=levels)


def _drawn(model: Mapping[str, Any], kind: str) -> Iterable[str]:
    """A model of a drawn sample has no likelihood to tell of."""
    drawn = model["result"]["method"]["drawn"]
    yield say(
        "{model}: {kind} of a drawn sample; standard errors linearised over {units:,} sampling units in "
        "{strata:,} strata, t with {df:,} degrees of freedom.",
        model=model["label"],
        kind=kind,
        units=drawn["n_psu"],
        strata=drawn["n_strata"],
        df=drawn["df"],
    )


def _errors(model: str, errors: Mapping[str, Any]) -> str:
    """Of which kind the standard errors are."""
    if errors["kind"] == "robust":
        return say("{model}: robust standard errors ({type}).", model=model, type=errors["type"])
    return say(
        "{model}: standard errors by cluster of {name} ({n:,} clusters, {type}).",
        model=model,
        name=errors["cluster"],
        n=errors["n_clusters"],
        type=errors["type"],
    )


def independence(test: Mapping[str, Any]) -> str:
    """The chi-square test of a crosstab."""
    return say(
        "χ² = {statistic:.2f}, df = {df}, p = {p:.3g}, Cramér's V = {v:.3f}.",
        statistic=test["statistic"],
        df=test["df"],
        p=test["p_value"],
        v=test["cramers_v"],
    )
