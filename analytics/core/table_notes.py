"""What stands under the table of a result: every convention that its figures follow, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analytics.core.spreading import category_labels
from surveys.core.said import say, sentence

KINDS = {
    "linear": say("linear"),
    "logit": say("logit"),
    "ordered_logit": say("ordered logit"),
    "multinomial_logit": say("multinomial logit"),
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


ERRORS = {"information": say("model-based, from the information matrix")}


def conventions(models: Sequence[Mapping[str, Any]], language: str = "en") -> Iterable[str]:
    """How each model was fitted, what BIC counts, what was centred, which categories are references;
    standard errors, information criteria and weights of all of them."""
    for model in models:
        fit, kind = model["result"]["fit"], KINDS[model["kind"]]
        if fit is None:
            yield say(
                "{model}: {kind}; no estimates (see the checks).", model=named(model["label"]), kind=kind
            )
            continue
        if fit["likelihood"] == "pseudo":
            yield from _drawn(model, kind)
            continue
        yield say(
            "{model}: {kind}, {how}; BIC counts {rows} ({n:,}).",
            model=named(model["label"]),
            kind=kind,
            how=likelihood(model["kind"], fit),
            rows=BIC_COUNTS[fit["bic_convention"]],
            n=fit["bic_n"],
        )
        if reference := model["result"]["method"].get("reference"):
            told = category_labels(model, language).get(reference, reference)
            yield say("{model}: log odds against {reference}.", model=named(model["label"]), reference=told)
        if errors := model["result"]["method"].get("errors"):
            yield _robust(named(model["label"]), errors)
    yield from _errors(models)
    means = {name: mean for model in models for name, mean in model["means"].items()}
    if means:
        told = [f"{name.replace('`', '')} ({mean:z.3f})" for name, mean in means.items()]
        yield say("Centred on the sample mean: {means}.", means=told)
    references = {name: level for model in models for name, level in model["references"].items()}
    if references:
        levels = [f"{name}: {level}" for name, level in references.items()]
        yield say("Reference categories: {levels}.", levels=levels)


def named(label: str) -> str:
    """A model that has only a number is called so in the language of the table."""
    word, _space, number = label.partition(" ")
    return say("Model {number}", number=number) if word == "Model" and number.isdecimal() else label


def _errors(models: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """What standard errors are, how k is counted in AIC and BIC, and that no weights were used."""
    fitted = [model for model in models if model["result"]["fit"] is not None]
    likely = [model for model in fitted if model["result"]["fit"]["likelihood"] != "pseudo"]
    told = {
        named(model["label"]): (model["result"].get("conventions") or {}).get("standard_errors")
        for model in likely
        if not model["result"]["method"].get("errors")
    }
    for kind in dict.fromkeys(one for one in told.values() if one):
        names = [name for name, one in told.items() if one == kind]
        known = ERRORS.get(kind) or sentence(kind)
        yield say("Standard errors of {models}: {kind}.", models=names, kind=known)
    if likely:
        yield say(
            "AIC = 2k − 2 log-likelihood, BIC = k ln(n) − 2 log-likelihood; "
            "k counts fixed effects and variances."
        )
    if len(likely) == len(fitted):
        yield say("Unweighted.")


def _drawn(model: Mapping[str, Any], kind: str) -> Iterable[str]:
    """A model of a drawn sample has no likelihood to tell of."""
    drawn = model["result"]["method"]["drawn"]
    yield say(
        "{model}: {kind} of a drawn sample; standard errors linearised over {units:,} sampling units in "
        "{strata:,} strata, t with {df:,} degrees of freedom.",
        model=named(model["label"]),
        kind=kind,
        units=drawn["n_psu"],
        strata=drawn["n_strata"],
        df=drawn["df"],
    )
    if weights := drawn.get("weights"):  # earlier runs do not name them
        yield say(
            "{model}: weighted by {weights}, scaled to a mean of 1.",
            model=named(model["label"]),
            weights=weights,
        )


def _robust(model: str, errors: Mapping[str, Any]) -> str:
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


def design_notes(result: Mapping[str, Any]) -> Iterable[str]:
    """How the rows were drawn and weighted, and how errors were made of it."""
    named = result.get("design")
    if not named:
        return
    if named.get("weights"):
        yield say(
            "Percentages and means are weighted by {weights}; counts are rows.", weights=named["weights"]
        )
    parts = [f"{name}: {named[name]}" for name in ("strata", "psu", "fpc") if named.get(name)]
    if parts:
        yield say(
            "Errors by Taylor linearisation of {parts}, {df} degrees of freedom; 95 % intervals use t, those "
            "of percentages on the logit scale.",
            parts=parts,
            df=named["df"],
        )
    else:
        yield say(
            "Errors by Taylor linearisation, every row a sampling unit of its own ({df} degrees of freedom); "
            "95 % intervals use t, those of percentages on the logit scale.",
            df=named["df"],
        )


def population_notes(result: Mapping[str, Any]) -> Iterable[str]:
    """The size of the sub-population of a table, where it is one of."""
    one = result.get("population")
    if not one:
        return
    if one.get("weighted") is None:
        yield say("Sub-population: {n:,} of {all:,} rows.", n=one["n"], all=one["of"])
    else:
        yield say(
            "Sub-population: {n:,} of {all:,} rows, {percent:.1f} % of the population by weight.",
            n=one["n"],
            all=one["of"],
            percent=one["percent"],
        )
