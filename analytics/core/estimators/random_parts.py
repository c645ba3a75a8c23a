"""What is told of the random part of a model with slopes: variances, correlations, the boundary, checks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analytics.core.estimators.design import OWN_VARIANCE, Design
from analytics.core.estimators.groups import Groups
from analytics.core.estimators.moments import INTERCEPT, FloatArray
from analytics.core.estimators.slopes import varies_within
from analytics.core.results import Check, GroupEffect, ModelResult, RandomCorrelation, RandomEffect
from surveys.core.said import both, say

NO_VARIANCE = 1e-6  # share of what a term's effects could be at most, under which their variance is zero
ONE = 1e-5  # distance of a correlation from 1 at which it is 1
FAR = 10.0  # standard deviations that the mean of a term with a slope lies from 0
FEW_PER_SLOPE = 20  # groups under which a correlation of effects is a rough guide
FEW_FOR_MEANS = 50  # groups from which t and the normal distribution give the mean slope much the same p


def check_random(
    design: Design, z: FloatArray, z_terms: tuple[str, ...], by: Groups, group: str
) -> tuple[Check, ...]:
    """Whether the rows can carry effects of ``z_terms`` (the constant first) that differ by group."""
    if by.count * len(z_terms) >= design.n:
        message = say(
            "{count} groups of {group} with {q} effects each are more than the {n} rows can tell apart.",
            count=by.count,
            group=group,
            q=len(z_terms),
            n=design.n,
        )
        return (Check("error", "too_many_effects", message),)
    flags = varies_within(z, by)
    flat = tuple(term for term, flag in zip(z_terms[1:], flags.tolist(), strict=True) if not flag)
    if flat:
        message = say(
            "{terms} has one value within each {group}: a slope of it cannot differ between them.",
            terms=flat,
            group=group,
        )
        return (Check("error", "slope_between_groups", message, flat),)
    if _is_singular(z):
        message = say("One of the terms with a slope follows from the others: {terms}.", terms=z_terms[1:])
        return (Check("error", "random_collinear", message, z_terms[1:]),)
    return _doubts(design, z, z_terms, by, group)


def _far_from_zero(z: FloatArray, z_terms: tuple[str, ...]) -> tuple[str, ...]:
    """The terms with a slope (all but the constant) whose rows are all far from 0."""
    mean, spread = np.abs(z.mean(axis=0)), z.std(axis=0)
    return tuple(t for t, far in zip(z_terms[1:], (mean > FAR * spread)[1:].tolist(), strict=True) if far)


def _doubts(
    design: Design, z: FloatArray, z_terms: tuple[str, ...], by: Groups, group: str
) -> tuple[Check, ...]:
    found = []
    if remote := _far_from_zero(z, z_terms):
        message = say(
            "0 of {terms} is far from every row, and the spread of the constant, the intra-class correlation "
            "and the median odds ratio are those at 0. Centre what has a slope (center).",
            terms=remote,
        )
        found.append(Check("warning", "zero_is_far", message, remote))
    absent = tuple(term for term in z_terms[1:] if term not in design.terms)
    if absent:
        message = say(
            "{terms} has a slope in every {group} and none on average: without the term in the formula its "
            "mean slope is taken to be zero.",
            terms=absent,
            group=group,
        )
        found.append(Check("warning", "slope_without_mean", message, absent))
    if by.count < FEW_PER_SLOPE:
        message = say(
            "{count} groups of {group} say little about how intercepts and slopes go together.",
            count=by.count,
            group=group,
        )
        found.append(Check("warning", "few_groups_for_slopes", message, z_terms[1:]))
    return tuple(found)


def check_mean_slopes(
    z_terms: tuple[str, ...], by: Groups, group: str, *, has_choice: bool = False
) -> tuple[Check, ...]:
    """Says that a mean slope rests on as many groups as there are, whatever the number of rows.

    ``has_choice``: degrees of freedom that know this can be asked for.
    """
    if by.count >= FEW_FOR_MEANS:
        return ()
    message = say(
        "The mean slope of {terms} rests on {count} groups of {group}, however many rows there are: its p "
        "value here, which counts rows, is too small.",
        terms=z_terms[1:],
        count=by.count,
        group=group,
    )
    if has_choice:
        message = both(message, say("Ask for df: satterthwaite."))
    return (Check("warning", "mean_slope_of_few", message, z_terms[1:]),)


def _is_singular(z: FloatArray) -> bool:
    part = z[:, 1:] - z[:, 1:].mean(axis=0)
    gram = part.T @ part
    scale = np.sqrt(np.diag(gram))
    return bool(np.linalg.eigvalsh(gram / np.outer(scale, scale))[0] < OWN_VARIANCE)


def random_effects(
    psi: FloatArray, z_terms: tuple[str, ...], group: str, n_groups: int
) -> tuple[tuple[RandomEffect, ...], tuple[RandomCorrelation, ...]]:
    """Variances and correlations of the effects from their covariance ``psi`` (q, q)."""
    sd = np.sqrt(np.maximum(np.diag(psi), 0.0))
    effects = tuple(
        RandomEffect(group, term, float(psi[i, i]), float(sd[i]), n_groups) for i, term in enumerate(z_terms)
    )
    found = [
        RandomCorrelation(
            group,
            z_terms[j],
            z_terms[i],
            float(np.clip(psi[i, j] / (sd[i] * sd[j]), -1.0, 1.0)),
            float(psi[i, j]),
        )
        for i in range(len(z_terms))
        for j in range(i)
        if sd[i] > 0 and sd[j] > 0
    ]
    return effects, tuple(found)


def random_covariance(result: ModelResult) -> FloatArray:
    """The covariance (q, q) of the effects of a fitted model, in the order of its ``random``."""
    effects = [one for one in result.random if one.group]
    place = {one.term: at for at, one in enumerate(effects)}
    psi = np.diag([one.variance for one in effects])
    for one in result.random_correlations:
        i, j = place[one.first], place[one.second]
        psi[i, j] = psi[j, i] = one.covariance
    return psi


def without_dust(psi: FloatArray, scale: FloatArray, residual: float) -> FloatArray:
    """``psi`` (q, q) with variances that are zero but for rounding set to zero.

    ``scale`` (q,) are the root mean squares of the columns of Z: a variance counts by what it adds to the
    outcome's, held against ``residual``.
    """
    gone = np.diag(psi) * scale**2 < NO_VARIANCE * residual
    clean = psi.copy()
    clean[gone], clean[:, gone] = 0.0, 0.0
    return clean


def boundary_check(
    effects: Sequence[RandomEffect], correlations: Sequence[RandomCorrelation], group: str
) -> Check:
    """What lies on the boundary, in words."""
    gone = tuple(_said(one.term) for one in effects if one.variance == 0)
    if gone:
        message = say(
            "The variance between groups of {group} is estimated as zero for {terms}: the model says more "
            "than these data hold. Leave that out of “random”, or read it as no difference found.",
            group=group,
            terms=gone,
        )
        return Check("warning", "boundary", message, tuple(one.term for one in effects if one.variance == 0))
    tied = [one for one in correlations if abs(abs(one.value) - 1) < ONE]
    if tied:
        message = say(
            "The effects of {first} and {second} over the groups of {group} are estimated to correlate "
            "{value:+.0f}: the likelihood is highest at the boundary, and the correlation cannot be told.",
            first=_said(tied[0].first),
            second=_said(tied[0].second),
            group=group,
            value=tied[0].value,
        )
        return Check("warning", "boundary", message, (tied[0].second,))
    message = say(
        "The effects over the groups of {group} are estimated to lie on a plane: one of them follows from "
        "the others.",
        group=group,
    )
    return Check("warning", "boundary", message)


def _said(term: str) -> str:
    return say("the constant") if term == INTERCEPT else term


def group_effects(
    by: Groups, group: str, z_terms: tuple[str, ...], modes: FloatArray, spread: FloatArray
) -> tuple[GroupEffect, ...]:
    """Effects (G, q) and their conditional standard deviations (G, q), group by group."""
    return tuple(
        GroupEffect(group, level, float(modes[j, i]), float(spread[j, i]), int(by.sizes[j]), term)
        for j, level in enumerate(by.levels)
        for i, term in enumerate(z_terms)
    )


def root_mean_square(z: FloatArray) -> FloatArray:
    """Of each column (q,)."""
    found: FloatArray = np.sqrt(np.einsum("nq,nq->q", z, z) / max(len(z), 1))
    return found


def parameters(q: int) -> int:
    """Variances and covariances of q effects."""
    return q * (q + 1) // 2


def share(between: float, within: float) -> float:
    """The intraclass correlation of two variances."""
    return between / (between + within) if between + within > 0 else math.nan
