"""Long work of this room, by kind of job."""

from __future__ import annotations

from typing import Any

from surveys.models import Job
from surveys.services.jobs import Progress, register


def import_uploaded(job: Job, progress: Progress) -> dict[str, Any]:
    """Imports the uploaded file named in the payload."""
    from surveys.services.uploads import perform_import  # the readers load inside the job

    return perform_import(job, progress)


register("import_wave", import_uploaded)
