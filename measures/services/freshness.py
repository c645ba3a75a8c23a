"""Early cut-off: unknown columns are computed and kept, so that freshness knows whether a value changed."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from measures.core.engine import Engine
from measures.core.freshness import Freshness
from measures.models import Dataset
from measures.policy import require_see
from measures.selectors.keys import ENGINE
from measures.selectors.resolving import resolve_dataset
from measures.selectors.staleness import freshness, unknown_columns
from measures.services.columns import compute, keep_columns, save_columns
from surveys.core.problems import Problem, Refused
from surveys.models import Study, User
from surveys.services import jobs
from surveys.services.files import keeping, working_folder

MOST_AT_ONCE = 100_000  # rows; a probe of more is not done while somebody waits


def probe(user: User, dataset: Dataset, engine: Engine = ENGINE) -> Freshness:
    """The dataset's freshness, exact: what a rebuild would need is computed first.

    Makes no version; a column found so is reused by the next build.  Whoever may see the study may ask.
    A recipe that no longer resolves is blocked; Refused when columns cannot be computed or kept.
    """
    require_see(user, dataset.study)
    if dataset.latest is None:
        return freshness(dataset)
    try:
        resolved = resolve_dataset(dataset)
    except Refused:  # what hinders a build is what freshness tells
        return freshness(dataset)
    if unknown := unknown_columns(resolved):
        with working_folder() as folder, keeping() as keep:
            rows = keep_columns(compute(resolved, unknown, folder, engine).values(), keep)
            with transaction.atomic():
                save_columns(rows)
    return freshness(dataset)


def probe_study(user: User, study: Study, engine: Engine = ENGINE) -> dict[str, Freshness]:
    """Every dataset of the study, probed; dataset -> its freshness.  Refused, at the end, for any of them."""
    found: dict[str, Freshness] = {}
    problems: list[Problem] = []
    for dataset in study.datasets.select_related("study"):
        try:
            found[str(dataset)] = probe(user, dataset, engine)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return found


def follow_up(user: User, study: Study) -> None:
    """After a change: small waves are probed at once, large ones as long work."""
    built = study.datasets.filter(versions__isnull=False)
    rows = built.aggregate(most=Max("versions__rows"))["most"]
    if rows is None:
        return
    if rows <= MOST_AT_ONCE:
        probe_study(user, study)
    else:
        jobs.submit(
            user,
            "probe_study",
            {"study": study.pk},
            key=f"probe_study:{study.pk}",
            study=study,
            joins_running=False,
        )
