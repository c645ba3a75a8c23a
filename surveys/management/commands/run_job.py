"""Does one claimed job in this process; started by the worker, one fresh process per job."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from surveys.core.process import ending_on
from surveys.models import Job
from surveys.services import jobs


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # the worker has looked

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("job", type=int)
        parser.add_argument("fence", type=int)

    def handle(self, *args: Any, job: int, fence: int, **options: Any) -> None:
        # as an exception, so that working folders go and files that no row names are taken out again
        ending_on(signal.SIGTERM)
        claimed = Job.objects.filter(pk=job, fence=fence, state=Job.State.RUNNING).first()
        if claimed is not None:
            jobs.perform(claimed)
