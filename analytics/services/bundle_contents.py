"""What goes into the bundle of a run: gathered for one person, who gets no more than the pages show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from analytics.core.bundle import figures, layout
from analytics.core.bundle.cells import Cells, as_csv, frame_of
from analytics.core.bundle.crate import About
from analytics.core.bundle.r_names import Names
from analytics.core.bundle.r_script import r_script
from analytics.core.bundle.writing import Members, as_document
from analytics.core.output.formats import TABLE_FORMATS
from analytics.core.output.pictures.chosen import pictures_in
from analytics.models import Run
from analytics.selectors import picture_file, run_document, spoken_table
from analytics.selectors.inputs import inputs
from analytics.selectors.tables import citation_of, title_of
from measures.models import DatasetColumn, DatasetVersion
from measures.selectors import read_columns
from measures.selectors.tongues import written as rule_texts
from measures.services.exports import dataset_subject
from surveys.core.codebook import as_json, fingerprint
from surveys.core.problems import Refused
from surveys.core.table import physical, tags_of
from surveys.core.table import read_columns as read_physical
from surveys.models import User, WaveVersion
from surveys.services.exports import written
from surveys.services.files import path_of
from surveys.services.subjects import Subject, wave_subject

CODEBOOKS = ("html", "ddi", "codebook")
LANGUAGES = ("en", "zh")
ENDINGS = {"spss": "sps", "stata": "do", "r": "R", "python": "py", "ddi": "xml"}


def contents(user: User, shown: Run, with_data: bool) -> Members:
    """The members of the bundle but its description and checksums; ``shown`` is the run as one may see it."""
    described = {name: one.variable for name, one in inputs(shown.subject, shown.inputs).items()}
    members: Members = {
        layout.README: _readme(shown, with_data),
        layout.RUN: as_document(_run(user, shown)),
        layout.SPECIFICATION: as_document(shown.spec),
        layout.RESULT: as_document(
            {name: getattr(shown, name) for name in ("state", "n_used", "n_lost", "result")}
        ),
    }
    members |= _pictures(user, shown)
    members |= _tables(user, shown) | _codebooks(user, shown) | dict(_rules(user, shown))
    if with_data:
        members |= _data(shown)
        found = figures.figures_of(shown.result, Names(described))
        members[layout.FIGURES] = figures.as_csv(found)
        members[layout.SCRIPT] = r_script(shown.spec, shown.result, described).encode()
    return members


def about(run: Run) -> About:
    """What the description of the bundle says of the whole."""
    packages = {"Python": run.environment.get("python", ""), **run.environment.get("packages", {})}
    return About(
        title=title_of(run, "en"),
        description=f"Replication bundle of run {run.pk} on {run.subject}.",
        made=run.created_at.date().isoformat(),
        citation=citation_of(run),
        licence=run.study.licence,
        run=f"run {run.pk}: {run.kind}",
        version=str(run.subject),
        content_hash=run.subject.content_hash,
        software=packages,
    )


def subject_of_run(run: Run) -> Subject:
    """The version the run read, as something to hand out."""
    version = run.subject
    return dataset_subject(version) if isinstance(version, DatasetVersion) else wave_subject(version)


def _run(user: User, shown: Run) -> dict[str, Any]:
    """The document of commands and the API, and what a check needs beside it."""
    told = run_document(user, shown)
    told.pop("seconds")
    return told | {
        "format": layout.FORMAT,
        "content_hash": shown.subject.content_hash,
        "synthetic": shown.subject.is_synthetic,
        "citation": citation_of(shown),
        "run_at": shown.created_at.date().isoformat(),
    }


def _tables(user: User, shown: Run) -> Members:
    tables = {language: spoken_table(user, shown, language) for language in LANGUAGES}
    return {
        f"{layout.TABLES}table.{language}.{form.extension}": form.write(table)
        for language, table in tables.items()
        for form in TABLE_FORMATS.values()
    }


def _pictures(user: User, shown: Run) -> Members:
    """As SVG: programs draw them at any size, with fonts of their own."""
    return {
        f"{layout.PICTURES}{name}.{language}.svg": picture_file(user, shown, name, "svg", language).content
        for name in pictures_in(shown.result)
        for language in LANGUAGES
    }


def _codebooks(user: User, shown: Run) -> Members:
    subject = subject_of_run(shown)
    language = subject.languages[0]
    ending = {"html": "html", "ddi": "ddi.xml", "codebook": "csv"}
    return {
        f"{layout.CODEBOOKS}{subject.name}.{ending[form]}": path_of(
            written(user, subject, form, language).file
        )
        for form in CODEBOOKS
    }


def _rules(user: User, shown: Run) -> Iterator[tuple[str, bytes]]:
    """Of every measure that the run read: its rule, the rule in words, and in every other tongue."""
    columns = DatasetColumn.objects.filter(
        version=shown.dataset_version_id, name__in=list(shown.inputs), measure_version__isnull=False
    )
    for column in columns.select_related("measure_version__measure__study"):
        version = column.measure_version
        assert version is not None
        folder = f"{layout.RULES}{version.measure.name}-v{version.number}/"
        yield folder + "rule.txt", f"{version.rule}\n".encode()
        for language, sentence in version.report.get("sentence", {}).items():
            yield f"{folder}words.{language}.txt", f"{sentence}\n".encode()
        yield from ((folder + name, text.encode()) for name, text in _tongues(user, column))


def _tongues(user: User, column: DatasetColumn) -> Iterator[tuple[str, str]]:
    try:
        texts = rule_texts(user, column.measure_version)
    except Refused as refused:
        yield "not-said.txt", str(refused) + "\n"
        return
    refusals = [f"{one.title}: {one.refused}\n" for one in texts if one.refused]
    yield from ((f"rule.{ENDINGS[one.tongue]}", one.text) for one in texts if not one.refused)
    if refusals:
        yield "not-said.txt", "".join(refusals)


def _data(shown: Run) -> Members:
    """The columns the run read, and the hashes of all columns of the version."""
    version = shown.subject
    cells = _cells(version, list(shown.inputs))
    files = {f"{layout.CELLS}{at:04}.json": one for at, one in enumerate(cells)}
    read = [
        {"file": file, "hash": one.hash(), "codebook": as_json(one.variable)} for file, one in files.items()
    ]
    told: dict[str, Any] = {"raw": isinstance(version, WaveVersion), "rows": version.rows, "read": read}
    if isinstance(version, WaveVersion):
        told["all"] = [list(pair) for pair in version.variables.values_list("name", "column_hash")]
    else:
        columns = version.columns.order_by("position")
        told["all"] = [list(pair) for pair in columns.values_list("name", "derived__content_hash")]
        told["codebook_hash"] = fingerprint([as_json(one.as_core()) for one in columns])
    members: Members = {file: one.as_json() for file, one in files.items()}
    return members | {layout.COLUMNS: as_document(told), layout.DATA: as_csv(frame_of(cells))}


def _cells(version: DatasetVersion | WaveVersion, names: list[str]) -> list[Cells]:
    known = inputs(version, names)
    if isinstance(version, DatasetVersion):
        found = read_columns(version, names)
        return [Cells(known[name].variable, *found[name]) for name in names]
    places = dict(version.variables.filter(name__in=names).values_list("name", "position"))
    frame = read_physical(path_of(version.data), places.values())
    return [
        Cells(known[name].variable, frame[physical(place)], _beside(frame, place), is_raw=True)
        for name, place in ((name, places[name]) for name in names)
    ]


def _beside(frame: pl.DataFrame, place: int) -> pl.Series | None:
    return frame[tags_of(place)] if tags_of(place) in frame.columns else None


def _readme(shown: Run, with_data: bool) -> bytes:
    """What lies where, in English and in Chinese; needs no other file to be understood."""
    data = (
        "data/              the columns the run read: data.csv for programs, cells/ for the hashes\n"
        "figures.csv        the main figures, with the names that R gives them\n"
        "replicate.R        computes them again: Rscript replicate.R\n"
        "                   linear and logit models, with lme4 multilevel ones; tables, several answers,\n"
        "                   correlations, with survey those of drawn samples; with psych reliability and\n"
        "                   factors. What it leaves out (other models and errors, tests, letters, parallel\n"
        "                   analysis) it says itself. 未重算者由脚本说明。\n"
        if with_data
        else "No data are in this bundle: whoever asked for it may not download the data of the study.\n"
        "本数据包不含数据：索取者无权下载该研究的微观数据。\n"
    )
    synthetic = "The data are synthetic. 数据为合成数据。\n" if shown.subject.is_synthetic else ""
    withheld = f"Withheld: {shown.withheld}\n" if shown.withheld else ""
    lines = (
        f"Replication bundle of run {shown.pk} on {shown.subject}\n运行 {shown.pk} 的复现数据包\n\n"
        f"{citation_of(shown)}\n{synthetic}{withheld}\n"
        "run.json           what was asked, of which version, estimates, checks, environment\n"
        "specification.json what was asked\n"
        "result.json        every number of the result\n"
        "tables/            the table in English and Chinese\n"
        "pictures/          what can be drawn of the result alone, as SVG\n"
        "codebooks/         the codebook of the version\n"
        "rules/             the rules of derived columns, in words and for SPSS, Stata, R and Python\n"
        f"{data}\n"
        "Check the files:   sha256sum -c manifest-sha256.txt\n"
        "Check everything:  manage.py check_bundle FILE   (in any installation of Wavebook)\n"
    )
    return lines.encode()
