"""A whole codebook as JSON that people can read: one line per variable, and how a flat file was read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from surveys.core.codebook import Codebook, as_json
from surveys.core.whole_codebook import FORMAT, READ_AS, VERSION


def codebook_text(codebook: Codebook, read_as: Iterable[Mapping[str, str]] = ()) -> str:
    """The codebook exactly, for :func:`surveys.core.reading.whole.read_whole`; the same on any machine."""
    told = as_json(codebook)
    parts = [f'"{FORMAT}": {VERSION}']
    parts += [f'"{name}": {_line(told[name])}' for name in ("labels", "notes", "weight") if told.get(name)]
    parts += [_listed(READ_AS, read_as), _listed("sets", told.get("sets", ()))]
    parts.append(_listed("variables", told["variables"]))
    return "{\n" + ",\n".join(filter(None, parts)) + "\n}\n"


def _listed(name: str, things: Iterable[Any]) -> str:
    lines = [f"  {_line(thing)}" for thing in things]
    return f'"{name}": [\n' + ",\n".join(lines) + "\n]" if lines else ""


def _line(thing: Any) -> str:
    """Name and type stand first, as the dataclass has them; keys out of the database are in no order."""
    return json.dumps(thing, ensure_ascii=False, allow_nan=False)
