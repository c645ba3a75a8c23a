"""Makes the page of the docs about the functions of rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

PAGE = Path(settings.BASE_DIR) / "docs" / "rules.md"


class Command(BaseCommand):
    help = "Write docs/rules.md anew from the registry of functions and the programs they are written in."

    def handle(self, *args: Any, **options: Any) -> None:
        from measures.core.rules_page import page

        PAGE.write_text(page(), encoding="utf-8")
        self.stderr.write(f"{PAGE.name} is written.")
