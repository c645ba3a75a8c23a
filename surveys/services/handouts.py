"""Downloads as pages show them: which formats there are, which files lie ready, and one to send."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from surveys.core.problems import refuse
from surveys.core.writing import FORMATS, Format, format_named
from surveys.models import Export, User
from surveys.services.exports import Subject, export_key, exported
from surveys.services.files import path_of


@dataclass(frozen=True)
class Choice:
    """A format, and the file in it when somebody has asked for it before."""

    format: Format
    export: Export | None

    @property
    def losses(self) -> list[tuple[str, str, list[str]]]:
        """(what, why, variables): one line for variables that lose the same."""
        grouped: dict[tuple[str, str], list[str]] = {}
        for loss in self.export.losses if self.export else ():
            grouped.setdefault((loss["what"], loss["why"]), []).append(loss["variable"])
        return [(what, why, [name for name in names if name]) for (what, why), names in grouped.items()]


def choices(subject: Subject, language: str) -> list[Choice]:
    """Every format, with the file that lies ready for ``language``."""
    keys = {export_key(subject, name, language): name for name in FORMATS}
    ready = Export.objects.filter(key__in=keys).select_related("file", "codebook")
    by_format = {keys[export.key]: export for export in ready}
    return [Choice(form, by_format.get(name)) for name, form in FORMATS.items()]


@dataclass(frozen=True)
class Handout:
    """A file to send: where it lies, what to call it, its type on the web."""

    path: Path
    name: str
    media_type: str


def hand_out(user: User, subject: Subject, format: str, language: str, part: str = "") -> Handout:
    """The file of ``subject`` in ``format``, or with ``part="codebook"`` the sheet beside a CSV."""
    export = exported(user, subject, format, language)
    if not part:
        return Handout(path_of(export.file), f"{subject.name}.{format}", format_named(format).media_type)
    if part != "codebook" or export.codebook is None:
        raise refuse(
            "not_found", f"A .{format} file has no such part.", hint="Only .csv has a codebook beside it."
        )
    return Handout(path_of(export.codebook), f"{subject.name}.codebook.csv", "text/csv; charset=utf-8")
