"""Multiple-response sets as SPSS syntax, for formats that cannot hold them: one command per set."""

from __future__ import annotations

from collections.abc import Mapping

from surveys.core.codebook import Codebook, ResponseSet, text_in


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
