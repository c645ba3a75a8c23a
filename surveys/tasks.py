"""Long work of this room, by kind of job."""

from __future__ import annotations

from typing import Any

from surveys.models import Job, WaveVersion
from surveys.services.jobs import Progress, register


def import_uploaded(job: Job, progress: Progress) -> dict[str, Any]:
    """Imports the uploaded file named in the payload."""
    from surveys.services.uploads import perform_import  # the readers load inside the job

    return perform_import(job, progress)


def export(job: Job, progress: Progress) -> dict[str, Any]:
    """Writes the wave version named in the payload as a file of another program's."""
    from surveys.services.handouts import perform_export
    from surveys.services.subjects import wave_subject  # the writers load inside the job

    version = WaveVersion.objects.select_related("wave__study").get(pk=job.payload["version"])
    return perform_export(job, progress, wave_subject(version))


register("export_wave", export)


def clear_upload(job: Job) -> None:
    """Removes the uploaded file once nobody will read it again."""
    from surveys.services.uploads import tidy

    tidy(job)


register("import_wave", import_uploaded, clear_upload)
