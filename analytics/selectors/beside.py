"""Runs laid beside published tables by name, or by a mapping that somebody signed."""

from __future__ import annotations

from analytics.core.compared import Comparison
from analytics.core.comparison import compare
from analytics.core.mapping import RunKeys, TargetMap, fits, mapped, run_keys
from analytics.core.targets import PublishedTable
from analytics.models import Analysis, Run, Target, TargetMapping
from surveys.core.problems import refuse
from surveys.core.said import say


def mapping_of(target: Target, analysis: Analysis | None) -> TargetMapping | None:
    """The mapping in force, signed last; None where rows and columns go by their own names."""
    if analysis is None:
        return None
    return TargetMapping.objects.filter(target=target, analysis=analysis).select_related("created_by").first()


def laid_beside(target: Target, table: PublishedTable, run: Run, column: str = "") -> Comparison | None:
    """A run (as a person may see it) beside a table; figures of synthetic rows are allowed sampling error."""
    if not run.result:
        return None
    said = mapping_of(target, run.analysis)
    mapping = TargetMap(said.columns, said.terms) if said is not None else None
    return compare(mapped(table, mapping), run.result, column, is_synthetic=run.subject.is_synthetic)


def latest_run(analysis: Analysis) -> Run:
    """The run whose rows and columns a table is mapped to; refused where there is none."""
    related = ("analysis", "study", "dataset_version__dataset__study", "wave_version__wave__study")
    found = analysis.runs.filter(state="done", withdrawn_because="").select_related(*related).first()
    if found is None:
        message = say("{analysis} has no run yet.", analysis=analysis)
        raise refuse("no_run", message, hint=say("Run it first; its rows and columns are then known."))
    return found


def analyses_that_fit(target: Target) -> list[Analysis]:
    """Analyses with a run that the table can be laid beside."""
    run = Analysis.objects.filter(
        study=target.study, runs__withdrawn_because="", runs__state="done"
    ).distinct()
    return [one for one in run if fits(target.kind, str(one.spec.get("kind", "")))]


def keys_of(analysis: Analysis) -> RunKeys:
    """Rows and columns of the latest run of an analysis; their names are no figures."""
    return run_keys(latest_run(analysis).result)
