"""From contents to the files of a study folder."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.study_folder.contents import (
    WORDING_DEFAULTS,
    ContextEntry,
    Decision,
    ItemEntry,
    MeasureEntry,
    StudyContents,
    TargetEntry,
    WaveEntry,
)
from config.study_folder.files import cell, to_yaml

Written = tuple[str, str]  # path in the folder, text
READ = (  # what loading reads of a folder, beside study.yaml; a table's YAML file stands beside it
    "crosswalk/*.yaml",
    "context/*.csv",
    "measures/*.yaml",
    "datasets/*.yaml",
    "analyses/*.yaml",
    "targets/**/*.csv",
    "hypotheses/*.yaml",
)
ITEMS_PER_FILE = 50  # keeps files short enough to be reviewed, and within what is read
CELL_COLUMNS = ("column", "term", "statistic", "printed", "label")


def write_folder(contents: StudyContents, folder: Path) -> tuple[list[str], list[str]]:
    """Writes every file of the study; returns the paths written, and those removed because they would say
    something that is no longer so.  Only files that loading would read are ever removed."""
    written = []
    for name, text in _texts(contents):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        written.append(name)
    for wave in contents.waves:
        for name, source in _wave_files(wave):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            line = f"{hashlib.sha256(target.read_bytes()).hexdigest()}  {target.name}\n"
            target.with_name(target.name + ".sha256").write_text(line, "utf-8")
            written.append(name)
        for name, text in _wave_codebooks(wave):
            (folder / name).write_text(text, "utf-8")
            written.append(name)
    return written, _remove_others(folder, set(written))


def _remove_others(folder: Path, written: set[str]) -> list[str]:
    read = {path for pattern in READ for path in folder.glob(pattern) if path.is_file()}
    read |= {beside for path in read if (beside := path.with_suffix(".yaml")).is_file()}
    others = sorted(path for path in read if path.relative_to(folder).as_posix() not in written)
    for path in others:
        path.unlink()
    return [path.relative_to(folder).as_posix() for path in others]


def _texts(contents: StudyContents) -> Iterator[Written]:
    yield "study.yaml", to_yaml(_study(contents))
    for number, start in enumerate(range(0, len(contents.items), ITEMS_PER_FILE), 1):
        items = {item.name: _item(item) for item in contents.items[start : start + ITEMS_PER_FILE]}
        yield f"crosswalk/items_{number:02}.yaml", to_yaml({"items": items})
    for context in contents.contexts:
        yield from _context(context)
    for measure in contents.measures:
        yield f"measures/{measure.name}.yaml", to_yaml(_measure(measure))
    for dataset in contents.datasets:
        about = {"labels": dataset.labels, "description": dataset.description, "recipe": dataset.recipe}
        yield f"datasets/{dataset.slug}.yaml", to_yaml(_given(about))
    for analysis in contents.analyses:
        about = {"labels": analysis.labels, "spec": analysis.spec}
        yield f"analyses/{analysis.slug}.yaml", to_yaml(_given(about))
    for target in contents.targets:
        yield from _target(target)
    for one in contents.hypotheses:
        about = {"labels": one.labels, "citation": one.citation, **one.register}
        yield f"hypotheses/{one.slug}.yaml", to_yaml(_given(about))


def _study(contents: StudyContents) -> dict[str, Any]:
    fields = dict(contents.fields)
    named = {"slug": contents.slug, "title": fields.pop("labels"), **fields}
    named_languages = {"languages": contents.fields["languages"]}  # none at all is not the default
    return _given(named) | named_languages | {"waves": {wave.slug: _wave(wave) for wave in contents.waves}}


def _wave(wave: WaveEntry) -> dict[str, Any]:
    fields = {name: value for name, value in wave.fields.items() if name != "position"}
    is_synthetic = fields.pop("is_synthetic")
    files = [
        _given(
            {
                "file": name,
                "codebook": _codebook_name(name) if file.codebook_text else "",
                "encoding": file.encoding,
                "sheet": file.sheet,
                "header_rows": file.header_rows,
                "note": file.note,
            }
        )
        for (name, _), file in zip(_wave_files(wave), wave.files, strict=True)
    ]
    named = {"title": fields.pop("labels"), **fields, "files": files}
    return _given(named) | {"is_synthetic": is_synthetic}


def _wave_files(wave: WaveEntry) -> list[tuple[str, Path]]:
    """Each file under the name it came with; a folder per version, as names may repeat."""
    return [(f"waves/{wave.slug}/{n}/{file.name}", file.path) for n, file in enumerate(wave.files, 1)]


def _wave_codebooks(wave: WaveEntry) -> Iterator[Written]:
    """What each version says of its variables: a sheet, a DDI or an edit gave what the file does not hold."""
    for (name, _), file in zip(_wave_files(wave), wave.files, strict=True):
        if file.codebook_text is not None:
            yield _codebook_name(name), file.codebook_text()


def _codebook_name(file: str) -> str:
    return f"{file}.codebook.json"


def _item(item: ItemEntry) -> dict[str, Any]:
    waves: dict[str, dict[str, Any]] = {}
    for one in item.decisions:
        told = _decision(one)
        if one.wave in waves:
            waves[one.wave].setdefault("later", []).append(told)
        else:
            waves[one.wave] = told
    return _given({"labels": item.labels, "note": item.note, "waves": waves})


def _decision(one: Decision) -> dict[str, Any]:
    return _given(
        {
            "variable": one.variable,
            "codes": one.code_map,
            "missing": one.missing_map,
            "status": one.status,
            "reason": one.reason,
            "note": one.note,
            "since": one.since,
        }
    )


def _context(context: ContextEntry) -> Iterator[Written]:
    """Columns whose texts read like numbers are marked, so that they come back as texts."""
    columns = {}
    for place, column in enumerate(context.columns):
        texts = [row[place] for row in context.rows if isinstance(row[place], str)]
        mark = {"type": "text"} if any(cell(text) != text for text in texts) else {}
        columns[column["name"]] = {k: v for k, v in column.items() if k != "name"} | mark
    yield f"context/{context.slug}.csv", _csv([column["name"] for column in context.columns], context.rows)
    about = {"labels": context.labels, "note": context.note, "columns": columns}
    yield f"context/{context.slug}.yaml", to_yaml(_given(about))


def _measure(measure: MeasureEntry) -> dict[str, Any]:
    """One version stands by itself; several are listed; a draft says what differs from the last."""
    written: dict[str, Any] = {"concept": measure.concept} if measure.concept else {}
    versions = [_differing(version, WORDING_DEFAULTS) for version in measure.versions]
    for place, reason in measure.retired.items():
        versions[place]["retired"] = reason
    if len(versions) == 1:
        written |= versions[0]
    elif versions:
        written["versions"] = versions
    if measure.draft is not None:
        last = measure.versions[-1] if measure.versions else WORDING_DEFAULTS
        written["draft"] = _differing(measure.draft, last) or {"rule": measure.draft["rule"]}
    return written


def _differing(wording: dict[str, Any], other: Any) -> dict[str, Any]:
    return {name: value for name, value in wording.items() if value != other[name]}


def _target(target: TargetEntry) -> Iterator[Written]:
    rows = [[cell[name] for name in CELL_COLUMNS] for cell in target.cells]
    about = {"labels": target.labels, "citation": target.citation, "kind": target.kind, "notes": target.notes}
    yield f"targets/{target.slug}.csv", _csv(list(CELL_COLUMNS), rows)
    yield f"targets/{target.slug}.yaml", to_yaml(_given(about))


def _csv(header: list[str], rows: list[list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", None, [], {})}
