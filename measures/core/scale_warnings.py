"""What a person should know before trusting a scale, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from measures.core.factor import LEAST_UNIQUENESS
from measures.core.scale import Scale
from measures.core.scale_figures import Figures, ends_reached
from surveys.core.said import say, sentence

FEW, FEW_PER_ITEM = 50, 5  # complete rows that a factor analysis needs at the least (Gorsuch, 1983)
LEAST_ADEQUACY = 0.5  # Kaiser (1974) calls less unacceptable
EQUAL, FAIR = 0.95, 0.85  # congruence: Lorenzo-Seva and ten Berge (2006)


def warnings_of(scale: Scale, figures: Figures, answered: tuple[int, ...]) -> list[str]:
    """Warnings about the figures of one set of rows; ``answered``: its rows by number of items answered."""
    found = [*_of_rows(figures, answered), *_of_items(scale, figures)]
    if figures.kmo < LEAST_ADEQUACY:
        found.append(
            say(
                "The sampling adequacy (KMO) of {kmo:.2f} is below 0.5: the items share too little for a "
                "factor.",
                kmo=figures.kmo,
            )
        )
    more = int((figures.eigenvalues > 1.0).sum())
    if scale.factors > 1 and more > scale.factors:
        found.append(
            say("{more} eigenvalues are above 1, and the rule finds {k} factors.", more=more, k=scale.factors)
        )
    elif scale.factors == 1 and len(figures.eigenvalues) > 2 and more > 1:
        found.append(
            say("{more} eigenvalues are above 1: the items may measure more than one thing.", more=more)
        )
    return found


def _of_rows(figures: Figures, answered: tuple[int, ...]) -> list[str]:
    found, p = [], len(figures.means)
    if figures.n < max(FEW, FEW_PER_ITEM * p):
        found.append(say("Only {n} rows answer every item: figures of so few rows say little.", n=figures.n))
    some = sum(answered[1:])
    if figures.n < some / 2:
        found.append(
            say(
                "Of the {some} rows that answer an item only {n} answer all: the figures are theirs alone.",
                some=some,
                n=figures.n,
            )
        )
    return found


def _of_items(scale: Scale, figures: Figures) -> list[str]:
    found = []
    is_one = scale.factors == 1  # items of several factors need not go together
    if figures.alpha < 0 and is_one:
        found.append(sentence("Alpha is negative: is an item worded the other way and not reversed?"))
    for at, name in enumerate(scale.names):
        if figures.item_rest[at] < 0 and is_one:
            found.append(say("{item} goes against the other items: should it be turned round?", item=name))
        if figures.uniquenesses[at] <= LEAST_UNIQUENESS + 1e-9 and figures.extraction == "minres":
            found.append(
                say(
                    "A Heywood case: the factor explains all of {item}, which leaves no room for error; its "
                    "loading is a limit, not an estimate."
                    if is_one
                    else "A Heywood case: the factors explain all of {item}, which leaves no room for error; "
                    "its loadings are limits, not estimates.",
                    item=name,
                )
            )
    for i, j in ends_reached(figures):
        found.append(
            say(
                "The polychoric correlation of {one} and {other} is at its limit: some of their answers "
                "never meet.",
                one=scale.names[i],
                other=scale.names[j],
            )
        )
    return found


def likeness(congruence: float) -> str:
    """What a congruence of loadings means, in a word."""
    if congruence >= EQUAL:
        return sentence("the same factor")
    return sentence("fairly similar") if congruence >= FAIR else sentence("another factor")


def likeness_warning(one: str, other: str, congruence: float) -> str | None:
    """A warning where loadings of two sets of rows are not equal."""
    if np.isnan(congruence) or congruence >= EQUAL:
        return None
    if congruence >= FAIR:
        return say(
            "The loadings of {one} and {other} are only fairly similar (congruence {phi:.2f}, below 0.95).",
            one=one,
            other=other,
            phi=congruence,
        )
    return say(
        "The loadings of {one} and {other} are not those of one factor (congruence {phi:.2f}, below 0.85): "
        "do not compare their scores.",
        one=one,
        other=other,
        phi=congruence,
    )


def renumbered(rows: str, reference: str, factor: int, numbers: Sequence[int]) -> str | None:
    """A warning where the scored factor of ``reference`` has another number in these rows."""
    if numbers[factor - 1] == factor:
        return None
    return say(
        "In {rows} factor {factor} of {reference} comes out as number {number}: fitted anew there, the rule "
        "scores another factor.",
        rows=rows,
        reference=reference,
        factor=factor,
        number=numbers[factor - 1],
    )
