"""Writing a version for other programs: one function, a closed list of formats, every loss named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from surveys.core.codebook import Codebook
from surveys.core.problems import near_misses, refuse
from surveys.core.said import say
from surveys.core.writing.codebook_sheet import write_sheet
from surveys.core.writing.ddi import write_ddi
from surveys.core.writing.dta import write_dta
from surveys.core.writing.flat import codebook_beside, write_csv, write_parquet
from surveys.core.writing.html_codebook import write_html
from surveys.core.writing.kept_apart import kept_apart
from surveys.core.writing.sav import write_sav, write_zsav
from surveys.core.writing.set_syntax import write_syntax
from surveys.core.writing.table import About, Derivation, ExportTable, Loss
from surveys.core.writing.xlsx import write_sheet_xlsx, write_xlsx

__all__ = [
    "FORMATS",
    "WRITER_VERSION",
    "About",
    "Derivation",
    "ExportTable",
    "Format",
    "Loss",
    "codebook_beside",
    "format_named",
    "write",
]

WRITER_VERSION = 8  # goes up whenever the same table would give other bytes


@dataclass(frozen=True)
class Format:
    """One format: what it is called, its type on the web, and the most variables it can hold.

    ``extension`` is its name in addresses and commands; ``ending`` is what its files end in.  A codebook
    holds no microdata: whoever may see a version may have it.
    """

    extension: str
    title: str
    media_type: str
    writer: Callable[[ExportTable, Path, str], list[Loss]]
    most_variables: int = 1_000_000
    suffix: str = ""  # of its files, where that is not the extension
    is_codebook: bool = False

    def suits(self, codebook: Codebook) -> bool:
        """Whether there is anything for it to hold."""
        return self.extension != "sps" or bool(codebook.sets)

    @property
    def ending(self) -> str:
        """What a file of this format ends in, without the leading full stop."""
        return self.suffix or self.extension


FORMATS: dict[str, Format] = {
    form.extension: form
    for form in (
        Format("sav", "SPSS", "application/x-spss-sav", write_sav, 2**31 - 1),
        Format("zsav", say("SPSS, compressed"), "application/x-spss-sav", write_zsav, 2**31 - 1),
        Format("dta", say("Stata 14 and later"), "application/x-stata-dta", write_dta, 32_767),
        Format("parquet", "Parquet", "application/vnd.apache.parquet", write_parquet),
        Format("csv", "CSV", "text/csv; charset=utf-8", write_csv),
        Format(
            "xlsx",
            "Excel",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_xlsx,
            16_384,
        ),
        Format(
            "html",
            "HTML codebook",
            "text/html; charset=utf-8",
            write_html,
            suffix="codebook.html",
            is_codebook=True,
        ),
        Format("ddi", "DDI-Codebook 2.5", "application/xml", write_ddi, suffix="ddi.xml", is_codebook=True),
        Format(
            "codebook",
            "Codebook sheet",
            "text/csv; charset=utf-8",
            write_sheet,
            suffix="codebook.csv",
            is_codebook=True,
        ),
        Format(
            "sheet",
            "Codebook sheet, Excel",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_sheet_xlsx,
            suffix="codebook.xlsx",
            is_codebook=True,
        ),
        Format(
            "sps",
            say("Multiple-response sets, SPSS syntax"),
            "text/plain; charset=utf-8",
            write_syntax,
            suffix="sets.sps",
            is_codebook=True,
        ),
    )
}


def format_named(name: str) -> Format:
    """The format with the extension ``name``; refuses others, naming near misses."""
    if name not in FORMATS:
        raise refuse(
            "unknown_format",
            say("There is no format called {name}.", name=name),
            near=near_misses(name, FORMATS),
            hint=say("The formats are {formats}.", formats=FORMATS),
        )
    return FORMATS[name]


def write(table: ExportTable, format: str, path: Path, language: str) -> tuple[Loss, ...]:
    """Writes ``table`` to ``path`` with labels in ``language`` (else the nearest there is).

    Returns everything the format could not carry as it was.  CSV also writes :func:`codebook_beside`.
    Refuses an unknown format and a table beyond the format's limits; nothing is left at ``path`` then.
    """
    chosen = format_named(format)
    if len(table.codebook.variables) > chosen.most_variables:
        raise refuse(
            "too_large_for_format",
            say(
                "{n:,} variables are more than the {most_variables:,} that {title} takes.",
                n=len(table.codebook.variables),
                most_variables=chosen.most_variables,
                title=chosen.title,
            ),
            hint="Choose Parquet or CSV instead.",
        )
    losses: list[Loss] = []
    if not chosen.is_codebook:
        table, losses = kept_apart(table)
    return (*losses, *chosen.writer(table, path, language))
