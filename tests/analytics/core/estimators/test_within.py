"""The pass by group gives what the plain pass gives, whatever is left out or moved on the way."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core.estimators import within as by_group
from analytics.core.estimators.design import prepare, prepare_within
from analytics.core.estimators.groups import group_rows
from analytics.core.estimators.moments import FloatArray
from analytics.core.estimators.profile import between_terms, squares_within

# Both passes add the same products in another order: 400 rows carry at most some hundred roundings.
NEAR = 1e-12
TERMS = ("(Intercept)", "score", "day", "twice", "town")


def survey() -> tuple[FloatArray, FloatArray, FloatArray]:
    """A score, a date far from 0, twice the score (left out), and a term that only towns differ in."""
    draw = np.random.default_rng(7)
    groups = draw.integers(0, 9, 400)
    score = draw.normal(size=400)
    day = 1.36e10 + draw.integers(0, 86_400 * 300, 400)
    town = draw.normal(size=9)[groups]
    x = np.column_stack([np.ones(400), score, day, 2 * score, town])
    return 3 + score + town + draw.normal(size=400), x, groups


@pytest.mark.parametrize("columns", [(0, 1, 4), (0, 1, 3, 4), (0, 1, 2, 3, 4), (1, 4)])
def test_both_passes_agree(columns: tuple[int, ...]) -> None:
    y, x, groups = survey()
    by, terms = group_rows(groups), tuple(TERMS[column] for column in columns)
    plain = prepare(y, x[:, columns], terms)
    design, within = prepare_within(y, x[:, columns], terms, by)
    assert design.terms == plain.terms
    assert design.dropped == plain.dropped == (("twice",) if 3 in columns else ())
    assert design.shift.any() == (2 in columns)
    size = np.sqrt(np.outer(np.diag(plain.moments.gram), np.diag(plain.moments.gram)))
    assert (np.abs(design.moments.gram - plain.moments.gram) <= NEAR * size).all()
    assert design.moments.y_square == pytest.approx(plain.moments.y_square, rel=NEAR)
    inside = np.diag(within.gram)[:-1]
    assert between_terms(design, inside).tolist() == [term == "town" for term in design.terms]
    assert (
        between_terms(design, squares_within(design, by)).tolist() == between_terms(design, inside).tolist()
    )


def test_rows_that_are_not_kept_are_laid_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    y, x, groups = survey()
    by = group_rows(groups)
    design, kept = prepare_within(y, x, TERMS, by)
    monkeypatch.setattr(by_group, "MOST_KEPT", 0)
    _, light = prepare_within(y, x, TERMS, by)
    assert kept.laid is not None
    assert light.laid is None
    pairs = zip(kept.rows(design.y, design.x, by), light.rows(design.y, design.x, by), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)
