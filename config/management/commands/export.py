"""``export STUDY/DATASET[@n] | STUDY/WAVE[@n] --as FORMAT --output FILE``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from measures.models import Dataset, DatasetVersion
from measures.services.exports import export_dataset_version
from surveys.core.problems import near_misses, refuse
from surveys.core.writing import FORMATS
from surveys.management.base import WavebookCommand
from surveys.models import User, Wave, WaveVersion
from surveys.selectors import reference, study_named
from surveys.services.exports import export_wave_version


class Command(WavebookCommand):
    help = "Write a dataset version or wave version as a file for another program."
    usage = frozenset({"bad_language"})

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Here ``--as`` names the format, so the acting user is named by ``--user``."""
        parser = super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)
        parser.add_argument(
            "--as", dest="format", choices=list(FORMATS), metavar="FORMAT", help=", ".join(FORMATS)
        )
        parser.add_argument("--user", dest="acting_as", default="", metavar="USER", help="act as this user")
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "version", metavar="STUDY/NAME[@n]", help="a dataset or wave; the latest without @n"
        )
        parser.add_argument("--output", required=True, metavar="FILE", help="where to write it")
        parser.add_argument(
            "--language", default="", help="language of the labels; the study's first if not given"
        )

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        path = Path(options["output"]).expanduser()
        format = options["format"] or path.suffix.lstrip(".").lower()
        version = version_named(user, options["version"])
        write = export_dataset_version if isinstance(version, DatasetVersion) else export_wave_version
        return write(user, version, format, path, options["language"]).as_json()  # type: ignore[arg-type]

    def show(self, outcome: dict[str, Any]) -> None:
        self.stdout.write(
            f"{outcome['file']}: {outcome['version']}, {outcome['rows']} x {outcome['variables']}"
        )
        self.stdout.write(f"sha256 {outcome['sha256']}, {outcome['size']} bytes")
        self.stdout.write(f"cite as: {outcome['citation']}")
        for erratum in outcome["errata"]:
            self.stdout.write(erratum["en"])
        for loss in outcome["losses"]:
            self.stdout.write(
                f"not carried: {loss['variable'] + ': ' if loss['variable'] else ''}{loss['why']}"
            )


def version_named(user: User, text: str) -> DatasetVersion | WaveVersion:
    """The dataset version ``STUDY/NAME[@n]``, else the wave version of that name."""
    asked = reference(text)
    study = study_named(user, asked.study)
    owner: Dataset | Wave | None = Dataset.objects.filter(study=study, slug=asked.name).first()
    owner = owner or Wave.objects.filter(study=study, slug=asked.name).first()
    if owner is None:
        known = [*study.waves.values_list("slug", flat=True), *study.datasets.values_list("slug", flat=True)]
        near = tuple(f"{study}/{name}" for name in near_misses(asked.name, known))
        raise refuse("not_found", f"{study} has no dataset or wave called {asked.name}.", near=near)
    versions = owner.versions.order_by("-number")
    if asked.number is not None:
        versions = versions.filter(number=asked.number)
    found = versions.first()
    if found is None:
        near = tuple(str(version) for version in owner.versions.order_by("-number")[:3])
        raise refuse(
            "not_found",
            f"There is no version {text}.",
            near=near,
            hint="" if near else "Build or import it first.",
        )
    return found
