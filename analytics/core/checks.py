"""Checks before a model is fitted: what in the data should make one hesitate, naming the columns."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from analytics.core.estimators.design import Design
from analytics.core.estimators.moments import FloatArray, IntArray
from analytics.core.estimators.summary import scaled_inverse
from analytics.core.results import Check
from surveys.core.disclosure import FEWEST
from surveys.core.said import both, say

# VIF of 100: the standard error is ten times what independent columns would give. Lower limits cry wolf at
# every square and product, which are collinear by construction and harmless.
HIGH_VIF = 100.0
LINKED = 0.3  # partial correlation from which two columns belong to the same offending set
FEW_GROUPS = (
    20  # under this a between-group variance is a rough guide (Snijders and Bosker; lme4's FAQ say 5-20)
)
MANY_ALIKE = 0.2  # share of groups of one outcome only from which this is said
FEW_EVENTS = 10.0  # events per parameter (Peduzzi et al. 1996)


def has_error(checks: tuple[Check, ...]) -> bool:
    """Whether the model must not be fitted."""
    return any(check.severity == "error" for check in checks)


def check_size(design: Design) -> tuple[Check, ...]:
    """More rows than parameters, and at least one term."""
    if design.k == 0:
        return (Check("error", "no_terms", "No term is left to estimate.", ()),)
    if design.n <= design.k:
        message = say(
            "{n} rows cannot carry {k} coefficients; use fewer terms or more rows.", n=design.n, k=design.k
        )
        return (Check("error", "too_few_rows", message),)
    return ()


def check_outcome_varies(design: Design) -> tuple[Check, ...]:
    """The outcome takes more than one value."""
    if design.n and bool(np.all(design.y == design.y[0])):
        message = "The outcome has the same value in every row used; there is nothing to explain."
        return (Check("error", "constant_outcome", message),)
    return ()


def check_binary(design: Design) -> tuple[Check, ...]:
    """A logistic model's outcome is 0 or 1."""
    if not bool(np.all((design.y == 0) | (design.y == 1))):
        message = "A logistic model needs an outcome of 0 and 1; name the value that counts as 1."
        return (Check("error", "outcome_not_binary", message),)
    return ()


def check_linear_scale(design: Design) -> tuple[Check, ...]:
    """Says so when a linear model is asked of a 0/1 outcome."""
    if bool(np.all((design.y == 0) | (design.y == 1))):
        message = (
            "The outcome is 0/1 and the model linear: coefficients are differences in probability, "
            "not log odds, and the residual variance cannot be constant."
        )
        return (Check("info", "linear_probability", message),)
    return ()


def check_events(design: Design) -> tuple[Check, ...]:
    """Enough rows of the rarer outcome for each parameter; how many is not told where they are few."""
    return few_events(int(min(design.y.sum(), design.n - design.y.sum())), max(design.k, 1))


def few_events(events: int, k: int) -> tuple[Check, ...]:
    """A warning when ``events`` rows of the rarest outcome have to carry ``k`` coefficients."""
    per_term = events / k
    if per_term >= FEW_EVENTS:
        return ()
    if events < FEWEST:
        message = say(
            "Fewer than {fewest} rows with the rarer outcome for {k} coefficients ({wanted:.0f} for each are "
            "wanted): estimates lean away from zero and intervals are too narrow.",
            fewest=FEWEST,
            k=k,
            wanted=FEW_EVENTS,
        )
        return (Check("warning", "few_events", message),)
    message = say(
        "{events} rows with the rarer outcome for {k} coefficients ({per_term:.1f} each; "
        "{wanted:.0f} are wanted): estimates lean away from zero and intervals are too narrow.",
        events=events,
        k=k,
        per_term=per_term,
        wanted=FEW_EVENTS,
    )
    return (Check("warning", "few_events", message),)


def check_collinearity(design: Design) -> tuple[Check, ...]:
    """One warning for each set of columns that nearly determine each other, naming the set."""
    columns, precision = _precision(design)
    if not columns:
        return ()
    inflation = np.diag(precision)
    partial = np.abs(precision) / np.sqrt(np.outer(inflation, inflation))
    high = np.flatnonzero(inflation > HIGH_VIF)
    if not len(high):
        return ()
    _, label = connected_components(csr_array(partial[np.ix_(high, high)] > LINKED), directed=False)
    found = []
    for group in range(len(set(label.tolist()))):
        members = high[label == group]
        terms = tuple(design.terms[columns[i]] for i in members)
        worst = float(inflation[members].max())
        found.append(_near_collinear(terms, worst))
    return tuple(found)


def _precision(design: Design) -> tuple[list[int], FloatArray]:
    """Inverse of the correlations of the columns but the intercept."""
    columns = [i for i in range(design.k) if i != design.moments.intercept]
    if len(columns) < 2:
        return [], np.zeros((0, 0))
    gram = design.moments.gram[np.ix_(columns, columns)]
    scale = np.sqrt(np.diag(gram))
    return columns, scaled_inverse(gram / np.outer(scale, scale))


def _near_collinear(terms: tuple[str, ...], worst: float) -> Check:
    message = say(
        "{terms} nearly determine each other (variance inflation up to {worst:,.0f}): their standard "
        "errors are about {times:.0f} times what they could be, and their separate coefficients "
        "carry next to no information.",
        terms=terms,
        worst=worst,
        times=worst**0.5,
    )
    return Check("warning", "near_collinear", message, terms)


def check_groups(
    n_groups: int, n: int, group: str, group_terms: tuple[str, ...], *, by_t: bool = False
) -> tuple[Check, ...]:
    """Enough groups for a random intercept; ``group_terms`` are the columns that vary between groups only.

    ``by_t`` says that these are tested by t with degrees of freedom of about the number of groups.
    """
    if n_groups < 2:
        message = say(
            "{group} has {n_groups} group in the rows used; a random intercept needs several.",
            group=group,
            n_groups=n_groups,
        )
        return (Check("error", "one_group", message),)
    if n_groups == n:
        message = say(
            "Every row is a {group} of its own: between-group and residual variance cannot be told apart.",
            group=group,
        )
        return (Check("error", "one_row_per_group", message),)
    if n_groups <= len(group_terms) + 1:
        message = say(
            "{n_groups} groups of {group} cannot carry an intercept, {terms} group-level terms and a "
            "variance between groups; use fewer group-level terms.",
            n_groups=n_groups,
            group=group,
            terms=len(group_terms),
        )
        return (Check("error", "too_few_groups", message, group_terms),)
    if n_groups >= FEW_GROUPS:
        return ()
    return (_few_groups(n_groups, group, group_terms, by_t=by_t),)


def _few_groups(n_groups: int, group: str, group_terms: tuple[str, ...], *, by_t: bool) -> Check:
    message = say(
        "{group} has only {n_groups} groups: the between-group variance and the intraclass correlation "
        "rest on {n_groups} points and are a rough guide.",
        group=group,
        n_groups=n_groups,
    )
    if group_terms and by_t:
        message = both(
            message,
            say(
                "So do the terms that differ only between groups ({terms}); their tests take the few degrees "
                "of freedom into account.",
                terms=group_terms,
            ),
        )
    elif group_terms:
        message = both(
            message,
            say(
                "So do the terms that differ only between groups ({terms}): their p values are too small "
                "unless t with few degrees of freedom is used.",
                terms=group_terms,
            ),
        )
    return Check("warning", "few_groups", message, group_terms)


def check_alike(events: FloatArray, sizes: IntArray, group: str) -> tuple[Check, ...]:
    """Says that many groups have one outcome only: ``events`` (G,) of ``sizes`` (G,) rows."""
    alike = (events == 0) | (events == sizes)
    share = float(alike.mean())
    if share < MANY_ALIKE:
        return ()
    message = say(
        "{percent:.0f} percent of the groups of {group} have one outcome only: their effects are finite "
        "because the model draws them towards the others.",
        percent=100 * share,
        group=group,
    )
    return (Check("info", "groups_alike", message),)
