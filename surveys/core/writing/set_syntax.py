"""Multiple-response sets as SPSS syntax, for formats that cannot hold them: one command per set."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from surveys.core.codebook import Codebook, ResponseSet, text_in
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.core.writing.labels import spss_names
from surveys.core.writing.table import ExportTable, Loss

_WIDTH = 200  # characters of a line; SPSS takes 256 bytes where it runs a file in batch mode


def write_syntax(table: ExportTable, path: Path, language: str) -> list[Loss]:
    """The commands as a file (.sps) to run after the data were opened; names are those of our .sav files.

    Refuses a codebook without sets.
    """
    book = table.codebook
    if not book.sets:
        raise refuse("no_sets", "There are no multiple-response sets here.", hint="Choose another format.")
    names, losses = spss_names(book.names)
    commands = set_syntax(book, dict(zip(book.names, names, strict=True)), language)
    lines = [line for remark in (table.heading, *table.remarks) for line in _comment(remark)]
    for command in commands:
        lines += ["", *textwrap.wrap(command, _WIDTH, subsequent_indent="  ", break_long_words=False)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    members = {name for one in book.sets for name in one.variables}
    return [loss for loss in losses if loss.variable in members]


def _comment(text: str) -> Iterator[str]:
    """Lines that end with a full stop each, which ends a comment."""
    for line in textwrap.wrap(text, _WIDTH // 2, break_long_words=False):
        yield f"* {line.rstrip('.')}."


def sets_apart(codebook: Codebook) -> list[Loss]:
    """The loss of a format whose data know no sets."""
    if not codebook.sets:
        return []
    why = say(
        "{n} multiple-response sets are not in the data themselves; the codebook names them, and the format "
        "sps gives SPSS syntax that defines them.",
        n=len(codebook.sets),
    )
    return [Loss("", "response_sets_not_carried", why)]


def set_syntax(codebook: Codebook, names: Mapping[str, str], language: str) -> tuple[str, ...]:
    """``MRSETS`` commands; ``names`` maps the codebook's names to those that SPSS will see."""
    return tuple(_command(one, names, language) for one in codebook.sets)


def _command(one: ResponseSet, names: Mapping[str, str], language: str) -> str:
    parts = ["MRSETS /MCGROUP" if one.kind == "C" else "MRSETS /MDGROUP", f"NAME=${one.name.lstrip('$')}"]
    if label := text_in(one.labels, language):
        parts.append(f"LABEL={_quoted(label)}")
    if one.kind == "E":
        parts.append("CATEGORYLABELS=COUNTEDVALUES")
    parts.append("VARIABLES=" + " ".join(names[name] for name in one.variables))
    if one.kind != "C":
        value = one.counted_value
        parts.append(f"VALUE={_quoted(value) if isinstance(value, str) else value}")
    return " ".join(parts) + "."


def _quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"
