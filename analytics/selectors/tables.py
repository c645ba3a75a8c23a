"""The table of a run, with the versions it rests on named under it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import translation

from analytics.core.output.table import Table
from analytics.core.tables import table_of_result
from analytics.models import Run
from analytics.selectors.errata import errata_of_run
from analytics.selectors.shown import shown_to
from measures.models import DatasetVersion
from measures.services.exports import dataset_subject
from surveys.core.codebook import text_in
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.models import User
from surveys.services.erratum_texts import erratum_texts
from surveys.services.subjects import wave_subject
from surveys.translation import spoken

CATALOGUES = {"en": "en", "zh": "zh-hans"}  # languages of tables and of the sentences under them


def table_of(user: User, run: Run, language: str = "en") -> Table:
    """A run's table, as ``user`` may see it.

    The last notes say what is withheld and name the run, the version with its citation and hash, the measures
    and whether the data are synthetic.
    """
    run = shown_to(user, run)
    table = table_of_result(run.result, language)
    withheld = (run.withheld,) if run.withheld else ()
    notes = (*table.notes, *withheld, *_sources(run), *_errata(run, language))
    return replace(table, notes=notes, title=title_of(run, language), language=language, about=_about(run))


def spoken_table(user: User, run: Run, language: str = "en") -> Table:
    """The table of :func:`table_of` with every sentence in its language; refused for languages we lack."""
    chosen = language_of_tables(language)
    told = table_of(user, run, chosen)
    with translation.override(CATALOGUES[chosen]):
        return replace(
            told, notes=tuple(map(spoken, told.notes)), footnotes=tuple(map(spoken, told.footnotes))
        )


def language_of_tables(asked: str) -> str:
    """``en`` or ``zh``, also where a script or region is named (``zh-hans``); refused for others."""
    chosen = asked.partition("-")[0].lower() or "en"
    if chosen not in CATALOGUES:
        text = say("There is no table in “{language}”.", language=asked[:20])
        raise refuse("bad_language", text, where="language", hint=say("Choose {known}.", known=CATALOGUES))
    return chosen


def title_of(run: Run, language: str) -> str:
    """What the analysis is called; of a run without one, its kind."""
    from analytics.core.kinds import KINDS

    if run.analysis is not None:
        return run.analysis.title(language)
    labels = KINDS[run.kind].labels if run.kind in KINDS else {"en": run.kind}
    return labels.get(language) or labels["en"]


def citation_of(run: Run) -> str:
    """How to cite the version that the run read."""
    version = run.subject
    subject = dataset_subject(version) if isinstance(version, DatasetVersion) else wave_subject(version)
    return subject.citation


def _about(run: Run) -> dict[str, Any]:
    """Where the figures come from, for programs."""
    return {
        "run": run.pk,
        "analysis": str(run.analysis) if run.analysis else None,
        "kind": run.kind,
        "version": str(run.subject),
        "content_hash": run.subject.content_hash,
        "key": run.key,
        "run_at": run.created_at.date().isoformat(),
        "synthetic": run.subject.is_synthetic,
        "citation": citation_of(run),
        "withheld": run.withheld,
    }


def _errata(run: Run, language: str) -> tuple[str, ...]:
    """What was corrected since of what the run read."""
    texts = erratum_texts(one.reached() for one in errata_of_run(run))
    return tuple(text_in(text, language) for text in texts)


def _sources(run: Run) -> tuple[str, ...]:
    version = run.subject
    made = run.created_at.date().isoformat()
    notes = [
        say("Run {run} of {date}.", run=run.pk, date=made),
        say(
            "Data: {version}, content {hash}.",
            version=version,
            hash=version.content_hash[:12],
        ),
        say("Cite the data as: {citation}", citation=citation_of(run)),
    ]
    if isinstance(version, DatasetVersion):
        columns = version.columns.filter(name__in=list(run.inputs), measure_version__isnull=False)
        measures = [str(c.measure_version) for c in columns.select_related("measure_version__measure")]
        if measures:
            notes.append(say("Measures: {measures}.", measures=measures))
    if version.is_synthetic:
        notes.append(say("The data are synthetic."))
    return tuple(notes)
