"""Long work of this room, by kind of job."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from measures.models import Dataset, DatasetVersion, MeasureVersion
from surveys.models import Job, Study, User
from surveys.services.changes import on_change
from surveys.services.jobs import Progress, register


def build(job: Job, progress: Progress) -> dict[str, Any]:
    """Builds the dataset named in the payload."""
    from measures.services.datasets import build_dataset  # the data libraries load inside the job

    dataset = Dataset.objects.select_related("study").get(pk=job.payload["dataset"])
    outcome = build_dataset(job.created_by, dataset, note=job.payload.get("note", ""), progress=progress)
    page = reverse(
        "measures:dataset_version", args=[dataset.study.slug, dataset.slug, outcome.version.number]
    )
    return outcome.as_json() | {"url": page}


def export(job: Job, progress: Progress) -> dict[str, Any]:
    """Writes the dataset version named in the payload as a file of another program's."""
    from measures.services.exports import dataset_subject
    from surveys.services.handouts import perform_export

    version = DatasetVersion.objects.select_related("dataset__study").get(pk=job.payload["version"])
    return perform_export(job, progress, dataset_subject(version))


def falls(job: Job, progress: Progress) -> dict[str, Any]:
    """Counts why rows are absent in the dataset version named in the payload."""
    from measures.services.engines import chosen
    from measures.services.falls import count_falls

    version = DatasetVersion.objects.select_related("dataset__study").get(pk=job.payload["version"])
    counted = count_falls(job.created_by, version, engine=chosen())
    dataset = version.dataset
    page = reverse("measures:dataset_version", args=[dataset.study.slug, dataset.slug, version.number])
    return {"dataset_version": str(version), "columns": list(counted), "url": page}


def compare(job: Job, progress: Progress) -> dict[str, Any]:
    """Counts how rows move between the two versions named in the payload."""
    from measures.services.comparing import moves

    versions = MeasureVersion.objects.select_related("measure__study").in_bulk(
        [job.payload["before"], job.payload["after"]]
    )
    before, after = versions[job.payload["before"]], versions[job.payload["after"]]
    found = moves(job.created_by, before, after, however_large=True)
    page = reverse("measures:compare_measures", args=[before.measure.study.slug, before.measure.name])
    url = f"{page}?a={before.number}&b={after.number}"
    return {"waves": [one.wave_version for one in found], "url": url}


def scales(job: Job, progress: Progress) -> dict[str, Any]:
    """Counts how the scales of the version named in the payload are answered."""
    from measures.services.engines import chosen
    from measures.services.scales import scale_reports

    version = MeasureVersion.objects.select_related("measure__study").get(pk=job.payload["version"])
    by = job.payload["by"]
    scale_reports(job.created_by, version, by=by, engine=chosen(), however_large=True)
    return {"measure_version": str(version), "url": _page_of(version, "scale", by)}


def index(job: Job, progress: Progress) -> dict[str, Any]:
    """Makes the figures of the index of the version named in the payload."""
    from measures.services.engines import chosen
    from measures.services.indices import index_report

    version = MeasureVersion.objects.select_related("measure__study").get(pk=job.payload["version"])
    by = job.payload["by"]
    index_report(job.created_by, version, by=by, engine=chosen(), however_large=True)
    return {"measure_version": str(version), "url": _page_of(version, "index", by)}


def _page_of(version: MeasureVersion, name: str, by: str) -> str:
    """The page called ``name`` of a version, or of a draft."""
    named = [version.measure.study.slug, version.measure.name]
    name, last = (name, []) if version.number is None else (f"{name}_of_version", [version.number])
    page = reverse(f"measures:{name}", args=[*named, *last])
    return f"{page}?{urlencode({'by': by})}" if by else page


def probe(job: Job, progress: Progress) -> dict[str, Any]:
    """Finds out which datasets of a study still hold."""
    from measures.services.engines import chosen
    from measures.services.freshness import probe_study

    found = probe_study(job.created_by, Study.objects.get(pk=job.payload["study"]), chosen())
    return {name: {"state": f.state.value, "causes": list(f.causes)} for name, f in found.items()}


def follow(user: User, study: Study) -> None:
    """After a new version of a wave, a context table, a crosswalk or a measure: which datasets still hold?"""
    from measures.services.freshness import follow_up

    follow_up(user, study)


on_change(follow)
register("build_dataset", build)
register("export_dataset", export)
register("probe_study", probe)
register("count_falls", falls)
register("compare_measures", compare)
register("count_scales", scales)
register("count_index", index)
