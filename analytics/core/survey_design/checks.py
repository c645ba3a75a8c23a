"""What in a sampling design should make one hesitate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analytics.core.results import Check
from analytics.core.survey_design.declared import FloatArray, SurveyDesign
from surveys.core.said import say

EXTREME = 10.0  # times the mean weight: one row then speaks for ten, and trimming is commonly looked at
FEW_DF = 8  # under this many degrees of freedom the NCHS standards (2017) have an estimate looked at first
LARGE_EFFECT = 2.0  # weighting alone doubles the variances


def kish(weights: FloatArray) -> float:
    """n sum w^2 / (sum w)^2: what unequal weights alone do to the variance of a mean (Kish 1965, 11.7)."""
    size = float(weights.sum())
    return float(len(weights) * (weights @ weights)) / size**2 if size else 1.0


def check_design(
    design: SurveyDesign, used: npt.NDArray[np.bool_], *, weights: str = "", psu: str = ""
) -> tuple[Check, ...]:
    """Of the rows ``used`` (n,): the effect of weighting, extreme weights, few PSUs, PSUs without rows."""
    found = check_weights(design.weights[used], weights) if weights else []
    if design.df < FEW_DF and design.psu is not None:
        message = say(
            "{psu} leaves {df} degrees of freedom ({units} units in {strata} strata): standard errors are "
            "themselves uncertain, and intervals a rough guide.",
            psu=psu,
            df=design.df,
            units=design.n_psu,
            strata=design.n_strata,
        )
        found.append(Check("warning", "few_psus", message, (psu,)))
    if design.psu is not None:
        found += _of_units(design, used, psu)
    alone = int(design.is_lonely.sum())
    if alone:
        found.append(_of_lonely(alone, design))
    return tuple(found)


def check_weights(weights: FloatArray, name: str) -> list[Check]:
    """What the unequal ``weights`` (n,) of the rows used cost, and single ones that sway."""
    effect = kish(weights)
    message = say(
        "Unequal weights ({name}) multiply variances by about {effect:.2f} (Kish): {n:,} rows tell as much "
        "as {effective:,.0f} with equal weights.",
        name=name,
        effect=effect,
        n=len(weights),
        effective=len(weights) / effect,
    )
    found = [Check("warning" if effect > LARGE_EFFECT else "info", "weighting_effect", message, (name,))]
    largest = float(weights.max() / weights.mean())
    if largest > EXTREME:
        message = say(
            "The largest weight of {name} is {times:.0f} times the mean: single rows sway the estimates. "
            "Look at how the weights were made.",
            name=name,
            times=largest,
        )
        found.append(Check("warning", "extreme_weights", message, (name,)))
    return found


def _of_units(design: SurveyDesign, used: npt.NDArray[np.bool_], psu: str) -> list[Check]:
    """That the rows used lie in few of the units; the degrees of freedom stay those of the whole design."""
    assert design.psu is not None
    reached = np.zeros(design.n_psu, dtype=np.bool_)
    reached[design.psu[used]] = True
    strata = len(np.unique(design.psu_stratum[reached]))
    units = int(reached.sum())
    if units == design.n_psu:
        return []
    message = say(
        "The rows used lie in {units} of {all} sampling units ({psu}); the others stay in the design, whose "
        "degrees of freedom are {df} (of the units with rows alone {own}).",
        units=units,
        all=design.n_psu,
        psu=psu,
        df=design.df,
        own=units - strata,
    )
    return [Check("warning" if units - strata < FEW_DF else "info", "empty_psus", message, (psu,))]


def _of_lonely(alone: int, design: SurveyDesign) -> Check:
    message = say(
        "{alone} of {strata} strata have a single sampling unit, taken as drawn with certainty: they add "
        "nothing to the variance.",
        alone=alone,
        strata=design.n_strata,
    )
    if design.lonely == "centre":
        message = say(
            "{alone} of {strata} strata have a single sampling unit: its distance from the mean of all units "
            "is taken for the variance.",
            alone=alone,
            strata=design.n_strata,
        )
    return Check("info", "lonely_psu", message)
