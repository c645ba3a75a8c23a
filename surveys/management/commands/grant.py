"""Gives a person a role in a study, or changes it; the right to download microdata is given by itself.

Who may define or import becomes staff: the admin lets such a person in.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from surveys.management.base import WavebookCommand
from surveys.models import Membership, User
from surveys.selectors import study_named
from surveys.services.people import grant, person_named


class Command(WavebookCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study")
        parser.add_argument("person", metavar="user")
        parser.add_argument("role", choices=Membership.Role.values)
        parser.add_argument("--microdata", action="store_true", help="may also download microdata")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        study = study_named(user, options["study"])
        person = person_named(options["person"])
        given = grant(user, study, person, options["role"], options["microdata"])
        return {
            "study": study.slug,
            "user": person.get_username(),
            "role": given.role,
            "microdata": given.microdata,
            "is_staff": person.is_staff,
        }
