"""Says whether the measures of a study are published by somebody who did not write them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.selectors import study_named
from surveys.services.studies import create_study


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study")
        parser.add_argument("wanted", choices=["on", "off"], nargs="?", help="nothing: only tell")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        study = study_named(user, options["study"])
        if options["wanted"]:
            study = create_study(user, study.slug, second_pair_of_eyes=options["wanted"] == "on")
        return {"study": study.slug, "second_pair_of_eyes": study.second_pair_of_eyes}
