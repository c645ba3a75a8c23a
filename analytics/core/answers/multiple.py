"""Percent of cases and of responses of options of which any number may be chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.core.answer_results import AnswerColumn, MultipleResult, OptionFigures, OptionRow, OptionTest
from analytics.core.answers.adjusted import adjusted
from analytics.core.answers.columns import Columns, plain_design
from analytics.core.crosstab.independence import pearson
from analytics.core.frame import Mask
from analytics.core.survey_design import SurveyDesign, proportion, ratio
from analytics.core.survey_design.cells import OUTSIDE, cell_sums
from analytics.core.survey_design.declared import FloatArray
from analytics.core.survey_design.rao_scott import rao_scott


def multiple_response(
    options: Sequence[str],
    ticks: Mask,
    used: Mask,
    columns: Columns,
    *,
    base: str = "valid",
    adjust: str = "holm",
    design: SurveyDesign | None = None,
) -> MultipleResult:
    """The table of ``ticks`` (n, k) over the rows ``used`` (n,), by the groups of ``columns`` and over all.

    Percent of cases is a mean over the rows of ``base``: all ``used`` (``valid``), or those with a tick
    (``ticked``).  Percent of responses is the ratio of an option's ticks to all ticks.  Standard errors are
    linearised; without a design those of a simple random sample.  Each option is tested against the groups
    by Pearson's chi-square, under a design by Rao and Scott's F; p values are ``adjust``-ed for the options.
    """
    own = design or plain_design(len(used))
    cases = used if base == "valid" else used & ticks.any(axis=1)
    tests = _tests(options, ticks, cases, columns, adjust, design) if columns.count > 1 else {}
    domains = columns.domains()
    rows = tuple(
        OptionRow(
            option,
            tuple(_figures(own, ticks, at, cases & inside, design is not None) for inside in domains),
            tests.get(at),
        )
        for at, option in enumerate(options)
    )
    told = tuple(_column(own, ticks, used & inside, cases & inside, design is not None) for inside in domains)
    return MultipleResult(int(used.sum()), rows, told, base, adjust)


def _figures(own: SurveyDesign, ticks: Mask, at: int, domain: Mask, is_designed: bool) -> OptionFigures:
    chosen, count = ticks[:, at], int((ticks[:, at] & domain).sum())
    together = ticks.sum(axis=1).astype(np.float64)
    share = proportion(own, chosen, domain)
    part = ratio(own, chosen.astype(np.float64), together, domain)
    plain: tuple[float | None, float | None] = (None, None)
    if is_designed:
        n, all_ticks = int(domain.sum()), float(together[domain].sum())
        plain = (100 * count / n if n else None, 100 * count / all_ticks if all_ticks else None)
    return OptionFigures(
        count=count,
        percent=_hundred(share.value),
        of_responses=_hundred(part.value),
        weighted_count=float(own.weights[domain & chosen].sum()) if is_designed else None,
        std_error=_hundred(share.error),
        low=_hundred(share.low),
        high=_hundred(share.high),
        responses_error=_hundred(part.error),
        plain_percent=plain[0],
        plain_of_responses=plain[1],
    )


def _column(own: SurveyDesign, ticks: Mask, valid: Mask, cases: Mask, is_designed: bool) -> AnswerColumn:
    many = ticks.sum(axis=1)
    return AnswerColumn(
        n=int(cases.sum()),
        valid=int(valid.sum()),
        nothing=int((valid & (many == 0)).sum()),
        responses=int(many[cases].sum()),
        weighted_n=float(own.weights[cases].sum()) if is_designed else None,
        weighted_responses=float(own.weights[cases] @ many[cases]) if is_designed else None,
    )


def _tests(
    options: Sequence[str],
    ticks: Mask,
    cases: Mask,
    columns: Columns,
    adjust: str,
    design: SurveyDesign | None,
) -> dict[int, OptionTest]:
    found: dict[int, tuple[str, float, float, float | None, float]] = {}
    for at, option in enumerate(options):
        cell = np.where(cases & (columns.at >= 0), ticks[:, at] * columns.count + columns.at, OUTSIDE)
        shape = (2, columns.count)
        if design is not None:
            corrected = rao_scott(cell_sums(design, cell.astype(np.int64), 2 * columns.count), shape)
            if corrected is not None:
                figures = (corrected.statistic, corrected.df1, corrected.df2, corrected.p_value)
                found[at] = ("rao_scott", *figures)
            continue
        counts = np.bincount(cell[cell >= 0], minlength=2 * columns.count).reshape(shape)
        plain, _ = pearson(counts.astype(np.int64), option, columns.name)
        if plain is not None:
            found[at] = ("pearson", plain.statistic, float(plain.df), None, plain.p_value)
    all_p: FloatArray = np.array([one[-1] for one in found.values()])
    together = adjusted(all_p, adjust)
    return {
        at: OptionTest(test, statistic, df, p, float(p_all), df2)
        for (at, (test, statistic, df, df2, p)), p_all in zip(found.items(), together, strict=True)
    }


def _hundred(value: float | None) -> float | None:
    return None if value is None else 100 * value
