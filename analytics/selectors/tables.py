"""The table of a run, with the versions it rests on named under it."""

from __future__ import annotations

from dataclasses import replace

from analytics.core.tables import Table, table_of_result
from analytics.models import Run
from analytics.selectors.shown import shown_to
from measures.models import DatasetVersion
from surveys.core.said import say
from surveys.models import User


def table_of(user: User, run: Run, language: str = "en") -> Table:
    """A run's table, as ``user`` may see it.

    The last notes say what is withheld and name the version, the measures and whether the data are synthetic.
    """
    run = shown_to(user, run)
    table = table_of_result(run.result, language)
    withheld = (run.withheld,) if run.withheld else ()
    return replace(table, notes=(*table.notes, *withheld, *_sources(run)))


def _sources(run: Run) -> tuple[str, ...]:
    version = run.subject
    notes = [
        say(
            "Data: {version}, content {hash}.",
            version=version,
            hash=version.content_hash[:12],
        )
    ]
    if isinstance(version, DatasetVersion):
        columns = version.columns.filter(name__in=list(run.inputs), measure_version__isnull=False)
        measures = [str(c.measure_version) for c in columns.select_related("measure_version__measure")]
        if measures:
            notes.append(say("Measures: {measures}.", measures=measures))
    if version.is_synthetic:
        notes.append(say("The data are synthetic."))
    return tuple(notes)
