"""Tables of runs as files."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.core.output.formats import table_format
from analytics.models import Run
from analytics.selectors.tables import language_of_tables, spoken_table
from surveys.models import User


@dataclass(frozen=True)
class TableFile:
    """A file to hand out: its name in ASCII, its type on the web, its bytes."""

    name: str
    media_type: str
    content: bytes
    is_text: bool


def table_file(user: User, run: Run, format: str, language: str = "en") -> TableFile:
    """The table of ``run`` as ``user`` may see it, in a format of ``TABLE_FORMATS``.

    Refused for formats and languages there are not; the same run gives the same bytes.
    """
    chosen = table_format(format)
    content = chosen.write(spoken_table(user, run, language))
    ending = f"{language_of_tables(language)}.{chosen.extension}"
    return TableFile(f"{file_stem(run)}.{ending}", chosen.media_type, content, chosen.is_text)


def file_stem(run: Run) -> str:
    """``table2_run12``: what files of a run are called, without their endings."""
    return f"{run.analysis.slug if run.analysis else run.kind}_run{run.pk}"
