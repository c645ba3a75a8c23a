"""From a folder to its contents, with every problem of every file at once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from analytics.core.fields import Fields
from config.study_folder.contents import StudyContents, WaveEntry, WaveFile
from config.study_folder.fields import flag, listed_blocks, named_blocks, texts
from config.study_folder.files import Source
from config.study_folder.reading_rules import analyses, datasets, hypotheses, measures
from config.study_folder.reading_tables import contexts, items, targets
from surveys.core.problems import Refused, refuse
from surveys.core.said import say

LONGEST_CHECKSUM = 4_096  # bytes of a file that holds one, with the name it is of


def read_folder(folder: Path) -> StudyContents:
    """The contents of a study folder; Refused with every problem and its file and field."""
    main = folder / "study.yaml"
    if not _is_there(main):
        hint = "A study's folder holds a file study.yaml beside measures, datasets and analyses."
        raise refuse("no_study", "There is no study.yaml in this folder.", where=str(folder), hint=hint)
    source = Source(folder)
    found = _contents(source, source.fields(main) or Fields({}, "study.yaml"))
    if source.problems:
        raise Refused(source.problems)
    return found


def _is_there(main: Path) -> bool:
    try:
        return main.is_file()
    except OSError as error:
        text = say("The folder may not be read ({reason}).", reason=error.strerror or type(error).__name__)
        hint = "Ask whoever owns it, or copy it to where you may read it."
        raise refuse("not_readable", text, where=str(main.parent)[-200:], hint=hint) from error


def _contents(source: Source, fields: Fields) -> StudyContents:
    slug, study = fields.text("slug", source.root.resolve().name), _study(fields)
    waves = _waves(source, fields, study["is_synthetic"])
    fields.finish()
    return StudyContents(
        slug=slug,
        fields=study,
        waves=waves,
        contexts=contexts(source),
        items=items(source),
        measures=measures(source),
        datasets=datasets(source),
        analyses=analyses(source),
        targets=targets(source),
        hypotheses=hypotheses(source),
    )


def _study(fields: Fields) -> dict[str, Any]:
    reasons = fields.mapping("missing_reasons")
    asks = {"second_pair_of_eyes"} & fields.data.keys()  # a folder that does not speak of it changes nothing
    return {
        "labels": texts(fields, "title"),
        "description": texts(fields, "description"),
        "languages": list(fields.names("languages")) if "languages" in fields.data else ["en"],
        "missing_reasons": {code: str(reason) for code, reason in reasons.items()},
        "label_separator": fields.text("label_separator"),
        "citation": fields.text("citation").strip(),
        "licence": fields.text("licence"),
        "is_synthetic": flag(fields, "is_synthetic"),
        "is_open": flag(fields, "is_open"),
        **{name: flag(fields, name) for name in asks},
    }


def _waves(source: Source, fields: Fields, is_synthetic: bool) -> tuple[WaveEntry, ...]:
    entries = []
    for position, (slug, inner) in enumerate(named_blocks(fields, "waves")):
        wave = {
            "labels": texts(inner, "title"),
            "position": position,
            "is_synthetic": flag(inner, "is_synthetic", is_synthetic),
            **{name: inner.text(name) for name in ("key", "weight", "stratum", "psu")},
        }
        files = [_wave_file(source, one) for one in listed_blocks(inner, "files")]
        entries.append(WaveEntry(slug, wave, tuple(file for file in files if file is not None)))
        inner.finish()
    return tuple(entries)


def _wave_file(source: Source, fields: Fields) -> WaveFile | None:
    name, sheet = fields.text("file", required=True), fields.text("codebook")
    encoding, note = fields.text("encoding"), fields.text("note").strip()
    part, header_rows = fields.text("sheet"), fields.whole("header_rows", 0, 1, 5) or None
    fields.finish()
    path = source.inside(name, fields.place("file")) if name else None
    codebook = source.inside(sheet, fields.place("codebook")) if sheet else None
    if path is None:
        return None
    _check_sum(source, path, fields.place("file"))
    return WaveFile(path.name, path, encoding, note, codebook, part, header_rows)


def _check_sum(source: Source, path: Path, where: str) -> None:
    """A file with a ``.sha256`` beside it must be the file that was meant."""
    beside = path.with_name(path.name + ".sha256")
    if not beside.is_file():
        if os.path.lexists(beside):
            hint = "Put the checksum into a file, or take this away."
            source.wrong(where, "wrong_checksum", f"{beside.name} is not a file.", hint=hint)
        return
    said = beside.read_bytes()[:LONGEST_CHECKSUM].decode("utf-8", "replace").split()
    if not said or said[0] != hashlib.sha256(path.read_bytes()).hexdigest():
        hint = "Fetch the file again; if it was meant to change, write a new checksum."
        source.wrong(where, "wrong_checksum", f"{path.name} is not the file of its checksum.", hint=hint)
