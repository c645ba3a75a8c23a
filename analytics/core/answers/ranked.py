"""Options that are put in order: how often first, in the top k, points, and the mean rank."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.core.answer_results import Ranked, RankedColumn, RankedFigures, RankedResult, RankedRow
from analytics.core.answers.columns import Columns, plain_design
from analytics.core.frame import Mask
from analytics.core.survey_design import Estimated, SurveyDesign, mean, ratio
from analytics.core.survey_design.declared import FloatArray, IntArray
from analytics.core.survey_design.estimates import error_of


def ranked_response(
    options: Sequence[str],
    ranks: IntArray,
    used: Mask,
    columns: Columns,
    points: Sequence[float],
    *,
    top: int,
    design: SurveyDesign | None = None,
) -> RankedResult:
    """The table of ``ranks`` (n, k), 1 for the option named first and 0 for one not ranked, over the rows
    ``used`` (n,), which all name a first.

    ``first`` and ``top`` are shares of these rows; ``points`` are a mean over them, an option not ranked
    getting none; ``of_points`` is the ratio to all points given; ``shares`` adds ``points`` times the share
    of each rank among those who named that rank; ``rank`` is a mean over those who ranked the option: over
    all it is not defined.  Standard errors are linearised, without a design those of a simple random sample.
    """
    own = design or plain_design(len(used))
    worth = np.array([0.0, *points])
    domains = columns.domains()
    rows = tuple(
        RankedRow(
            option,
            tuple(_figures(own, ranks, at, used & inside, worth, top) for inside in domains),
        )
        for at, option in enumerate(options)
    )
    told = tuple(_column(own, ranks, used & inside, len(points), design is not None) for inside in domains)
    return RankedResult(int(used.sum()), rows, told, tuple(points), top)


def _figures(
    own: SurveyDesign, ranks: IntArray, at: int, domain: Mask, worth: FloatArray, top: int
) -> RankedFigures:
    mine = ranks[:, at]
    is_ranked, all_points = mine > 0, worth[ranks].sum(axis=1)
    return RankedFigures(
        counts=tuple(int(((mine == rank) & domain).sum()) for rank in range(1, len(worth))),
        first=_percent(mean(own, (mine == 1).astype(np.float64), domain)),
        top=_percent(mean(own, (is_ranked & (mine <= top)).astype(np.float64), domain)),
        points=_plain(mean(own, worth[mine], domain)),
        of_points=_percent(ratio(own, worth[mine], all_points, domain)),
        shares=_shares(own, ranks, at, domain, worth),
        rank=_plain(mean(own, mine.astype(np.float64), domain & is_ranked)),
    )


def _shares(own: SurveyDesign, ranks: IntArray, at: int, domain: Mask, worth: FloatArray) -> Ranked:
    """sum over ranks r of points_r p_r, p_r the share of the option among who named rank r; its linearised
    score of a row is the sum of points_r w (y_r - p_r x_r) / sum w x_r."""
    weights, value, scores = own.weights[domain], 0.0, np.zeros(int(domain.sum()))
    for rank in range(1, len(worth)):
        y = (ranks[domain, at] == rank).astype(np.float64)
        x = (ranks[domain] == rank).any(axis=1).astype(np.float64)
        size = float(weights @ x)
        if size == 0:
            continue
        share = float(weights @ y) / size
        value += worth[rank] * share
        scores += worth[rank] * weights * (y - share * x) / size
    return Ranked(100 * value, 100 * error_of(own, scores, domain)) if domain.any() else Ranked(None)


def _column(own: SurveyDesign, ranks: IntArray, domain: Mask, k: int, is_designed: bool) -> RankedColumn:
    named = tuple(int(((ranks == rank).any(axis=1) & domain).sum()) for rank in range(1, k + 1))
    weighted = float(own.weights[domain].sum()) if is_designed else None
    return RankedColumn(int(domain.sum()), named, weighted)


def _percent(found: Estimated) -> Ranked:
    if found.value is None:
        return Ranked(None)
    return Ranked(100 * found.value, None if found.error is None else 100 * found.error)


def _plain(found: Estimated) -> Ranked:
    return Ranked(found.value, found.error)
