"""What a person is shown of a run; every page, document, table and comparison takes its numbers from here."""

from __future__ import annotations

from copy import copy

from analytics.core.disclosed_tables import OF_FEW_CELLS
from analytics.core.disclosure import disclosed
from analytics.models import Run
from measures.policy import may_download
from surveys.core.disclosure import FEWEST
from surveys.core.said import say
from surveys.models import User


def shown_to(user: User, run: Run) -> Run:
    """The run as ``user`` may see it: a copy whose ``withheld`` says in words what is missing, and why.

    Nobody is shown the numbers of a withdrawn run.  Others lose what few rows hold, unless the data are
    synthetic or the person may download them.  The copy is not to be saved.
    """
    if run.withheld:
        return run
    if run.withdrawn_because:
        return _emptied(run, say("This run was withdrawn: {because}", because=run.withdrawn_because))
    if is_told_whole(user, run):
        return run
    told = disclosed(run.result, run.n_used)
    if told.is_withheld:
        reason = say(
            "Fewer than {fewest} rows were used, here or in one of the models: the results are told only to "
            "those who may download the data.",
            fewest=FEWEST,
        )
        return _emptied(run, reason)
    if told.is_whole:
        return run
    shown = copy(run)
    shown.result = told.result
    shown.checks = [check for check in run.checks if check["code"] != OF_FEW_CELLS]
    shown.withheld = say(
        "Counts, extremes and groups of fewer than {fewest} rows, and what they would follow from, are told "
        "only to those who may download the data.",
        fewest=FEWEST,
    )
    return shown


def rows_shown_to(user: User, run: Run) -> int | None:
    """How many rows a run used, for lists: a count of fewer than ``FEWEST`` is told as its results are."""
    if run.withdrawn_because:
        return None
    if (run.n_used or 0) >= FEWEST or is_told_whole(user, run):
        return run.n_used
    return None


def is_told_whole(user: User, run: Run) -> bool:
    """Synthetic rows are nobody's answers; who may download the data may learn whatever is in them."""
    return run.subject.is_synthetic or may_download(user, run.subject.study)


def _emptied(run: Run, reason: str) -> Run:
    shown = copy(run)
    shown.result, shown.checks, shown.n_lost, shown.n_used = {}, [], {}, None
    shown.withheld = reason
    return shown
