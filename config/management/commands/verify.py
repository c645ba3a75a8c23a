"""Hashes every kept file, stored column and version again; lists damage and orphans."""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain
from typing import Any

from measures.services.fixity import verify_datasets, verify_derived
from surveys.core.said import how_many
from surveys.management.base import WavebookCommand
from surveys.models import StoredFile
from surveys.services.fixity import verify_files, verify_waves

HARMLESS = {"leftover", "orphan"}


class Command(WavebookCommand):
    help = __doc__ or ""

    def work(self, user: Any, **options: Any) -> dict[str, Any]:
        looks = (verify_files(), verify_waves(), verify_derived(), verify_datasets())
        found = [asdict(damage) for damage in chain(*looks)]
        return {"files": StoredFile.objects.count(), "damage": found}

    def show(self, outcome: dict[str, Any]) -> None:
        for damage in outcome["damage"]:
            self.stdout.write(f"{damage['kind']:<9} {damage['file'][:20]:<20} {damage['message']}")
        whole = outcome["files"] - sum(d["kind"] not in HARMLESS for d in outcome["damage"])
        self.stdout.write(f"{whole} of {how_many(outcome['files'], 'file')} whole.")

    def refused(self, outcome: dict[str, Any]) -> bool:
        return any(damage["kind"] not in HARMLESS for damage in outcome["damage"])
