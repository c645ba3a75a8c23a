"""Which rows and columns of an analysis those of a published table stand for, said and signed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from analytics import policy
from analytics.core.mapping import RunKeys, TargetMap, check_map, fits
from analytics.core.targets import PublishedTable
from analytics.models import Analysis, Target, TargetMapping
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.core.storable import check_storable
from surveys.models import User
from surveys.services import audit


@transaction.atomic
def map_target(
    user: User,
    target: Target,
    analysis: Analysis,
    *,
    table: PublishedTable,
    keys: RunKeys,
    columns: Mapping[str, str],
    terms: Mapping[str, str],
    note: str = "",
) -> TargetMapping:
    """Signs a mapping of ``table`` (the target's) to the rows and columns that a run of ``analysis`` has.

    Earlier ones stay as they were said; the newest holds.  The same again adds nothing.
    """
    policy.require_define(user, target.study)
    check_storable({"columns": columns, "terms": terms, "note": note})
    if not fits(target.kind, str(analysis.spec.get("kind", ""))):
        message = say(
            "A table of the kind {kind} is not laid beside {analysis}.", kind=target.kind, analysis=analysis
        )
        raise refuse("other_kind", message)
    check_map(table, keys, TargetMap(columns, terms))
    last = TargetMapping.objects.filter(target=target, analysis=analysis).first()
    if last is not None and (last.columns, last.terms) == (dict(columns), dict(terms)):
        return last
    made = TargetMapping.objects.create(
        target=target, analysis=analysis, columns=dict(columns), terms=dict(terms), note=note, created_by=user
    )
    audit.record(user, "map", made, study=target.study, columns=len(columns), terms=len(terms))
    return made
