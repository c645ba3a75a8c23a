"""Compiles the Chinese catalogue, so that no machine needs gettext to run the site.

New words are collected with ``makemessages -l zh_Hans`` where gettext is at hand, translated in the
``.po`` file, and compiled here; both files are kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Compile every .po file under config/locale to its .mo file."

    def handle(self, *args: Any, **options: Any) -> None:
        import polib  # a tool of developers, not of the site

        for path in sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po")):
            catalogue = polib.pofile(str(path))
            open_entries = catalogue.untranslated_entries() + catalogue.fuzzy_entries()
            if open_entries:
                first = open_entries[0].msgid
                raise CommandError(f"{path.name}: {len(open_entries)} without translation: “{first}”")
            catalogue.save_as_mofile(str(path.with_suffix(".mo")))
            self.stderr.write(f"{path.parent.parent.name}: {len(catalogue)} messages")
