"""Questions with several answers, by group, plain or under a sampling design."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from analytics.core.answer_specs import TEXT, MultipleSpec, RankedSpec
from analytics.core.answers.columns import Columns, no_groups
from analytics.core.answers.multiple import multiple_response
from analytics.core.answers.ranked import ranked_response
from analytics.core.answers.ticks import (
    Ticks,
    check_count,
    codes_together,
    labels_of_code,
    lost_to,
    positions_of,
    ranks_of,
    ticks_of,
)
from analytics.core.frame import Frame, Mask, level_text, levels_used
from analytics.core.kinds.crosstabs import ALL_LABELS
from analytics.core.kinds.drawn import Drawn, drawn, population
from analytics.core.kinds.labelled import labels_of, level_labels
from analytics.core.kinds.outcome import DONE, Outcome
from analytics.core.kinds.simple import unfit_groups
from analytics.core.results import Check
from analytics.core.sample import listwise
from surveys.core.problems import Refused, refuse
from surveys.core.said import say


def run_multiple(spec: MultipleSpec, frame: Frame) -> Outcome:
    """Percent of cases and of responses of every option, with the tests by group."""
    if not spec.variables:
        message = say("The set {name} is no set of this version's codebook.", name=spec.set)
        raise refuse("unknown_set", message, hint="Name its variables; datasets have no sets.")
    ticks = ticks_of(spec, frame)
    name = spec.set or spec.variables[0]
    rows = drawn(frame, (spec.by,) if spec.by else (), spec, lost_to(name, ticks.reasons, ticks.answered))
    columns, own = grouped(spec.by, frame, rows)
    asked = listwise(frame, (), (), spec.where).mask
    table = multiple_response(
        ticks.options,
        ticks.chosen[rows.rows],
        rows.used,
        columns,
        base=spec.base,
        adjust=spec.adjust,
        design=rows.design,
    )
    result = {
        "kind": spec.kind,
        "table": table.as_json() | {"by": spec.by, "is_text": spec.form == TEXT},
        "option_labels": [dict(labels) for labels in ticks.labels],
        **own,
        **population(spec, frame, rows),
        **designed(spec, rows),
    }
    return Outcome(
        DONE, result, rows.sample.n, rows.sample.lost, (*rows.checks, *_checks(spec, ticks, asked))
    )


def run_ranked(spec: RankedSpec, frame: Frame) -> Outcome:
    """How often each option is first and in the top k, its points and its mean rank."""
    columns = [frame[name] for name in spec.ranks]
    codes = codes_together(columns)
    check_count(len(codes))
    ranks, repeated, gaps = ranks_of(columns, codes)
    first = (ranks == 1).any(axis=1)
    rows = drawn(frame, (spec.ranks[0], *((spec.by,) if spec.by else ())), spec)
    groups, own = grouped(spec.by, frame, rows)
    variables = [one.variable for one in columns]
    options = tuple(level_text(code) for code in codes)
    table = ranked_response(
        options, ranks[rows.rows], rows.used, groups, spec.points, top=spec.top, design=rows.design
    )
    result = {
        "kind": spec.kind,
        "table": table.as_json() | {"by": spec.by},
        "option_labels": [labels_of_code(variables, code) for code in codes],
        **own,
        **population(spec, frame, rows),
        **designed(spec, rows),
    }
    asked = listwise(frame, (), (), spec.where).mask
    repeated, gaps = repeated & asked, gaps & asked
    checks = _rank_checks((repeated & first).any(), (gaps & ~first).any(), (gaps & first).any())
    return Outcome(DONE, result, rows.sample.n, rows.sample.lost, (*rows.checks, *checks))


def _rank_checks(repeated: np.bool_, headless: np.bool_, gaps: np.bool_) -> list[Check]:
    found = []
    if repeated:
        message = "Some rows name an option at two ranks; the better one counts."
        found.append(Check("info", "repeated_answers", message))
    if headless:
        message = "Some rows name a later rank and no first one; they are left out."
        found.append(Check("warning", "no_first_rank", message))
    if gaps:
        message = "Some rows skip a rank; the ranks that they name count as named."
        found.append(Check("info", "skipped_rank", message))
    return found


def grouped(by: str, frame: Frame, rows: Drawn) -> tuple[Columns, dict[str, Any]]:
    """The groups of the rows handed on, and what the table calls its columns; Refused if too many."""
    if not by:
        return no_groups(len(rows.used)), {"column_codes": ["all"], "column_labels": [ALL_LABELS]}
    column = frame[by]
    if problem := unfit_groups(by, frame):
        raise Refused([problem])
    codes = levels_used(column, rows.sample.mask)
    at = np.where(rows.used, positions_of(column, codes)[rows.rows], -1)
    return Columns(by, at.astype(np.int64), len(codes)), {
        "column_codes": [*map(level_text, codes), "all"],
        "column_labels": [*(level_labels(column.variable, code) for code in codes), ALL_LABELS],
        "labels": {by: labels_of(column.variable)},
    }


def designed(spec: MultipleSpec | RankedSpec, rows: Drawn) -> Mapping[str, Any]:
    """What the result tells of its design; nothing without one."""
    if rows.design is None:
        return {}
    return {"design": spec.design.as_json() | {"df": rows.design.df}}


def _checks(spec: MultipleSpec, ticks: Ticks, asked: Mask) -> list[Check]:
    """Conventions that the rows ``asked`` (n,), those that ``where`` names, give reason to tell."""
    found = []
    if (ticks.partial & asked).any():
        message = "Rows where an option is unknown are left out: an absence is no answer."
        if spec.missing == "any":
            message = "Options that are unknown in a row that knows another are taken as not ticked."
        found.append(Check("info", "partial_answers", message))
    if (ticks.repeated & asked).any():
        message = "Some rows name an option twice; it counts once."
        found.append(Check("info", "repeated_answers", message))
    if spec.form == "answers":
        message = (
            "Rows that name no option count as absent: these variables cannot tell who chose nothing from "
            "who did not answer."
        )
        found.append(Check("info", "nothing_is_absent", message))
    return found
