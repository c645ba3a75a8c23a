"""What can be handed out: a version with all that decides how its file is named, cited and written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from django.db import models
from django.urls import reverse

from surveys.core.citation import cite
from surveys.core.codebook import Codebook, Labels, text_in
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.core.table import AT_ONCE, physical, read_columns, split, tags_of
from surveys.core.writing import About, Derivation, ExportTable
from surveys.models import Study, WaveVersion
from surveys.services.erratum_texts import erratum_texts
from surveys.services.files import path_of
from surveys.services.reached import reached_in

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?")


@dataclass(frozen=True)
class Subject:
    """What is to be handed out: a version, its study and name, and its columns as the writers take them."""

    version: models.Model
    study: Study
    content_hash: str
    title: str
    labels: Mapping[str, str]  # of the wave or dataset
    made: date
    rows: int
    is_synthetic: bool
    codebook: Codebook
    table: Callable[[Subject], ExportTable]
    job: str  # the kind of job that writes it when it is large
    address: tuple[str, tuple[str | int, ...]]  # of the page of its downloads: the route and its arguments
    counted: Callable[[], Sequence[Mapping[str, Any]]]  # the stored frequencies of its columns
    derived: Callable[[], Mapping[str, Derivation]] = dict  # how its derived columns came to be
    errata: Callable[[], Sequence[Labels]] = tuple  # what was corrected since, in words

    @property
    def page(self) -> str:
        """Where its downloads are offered."""
        return reverse(self.address[0], args=self.address[1])

    @property
    def name(self) -> str:
        """``mdms-2014-v1``, the file's name without its extension."""
        return str(self.version).replace("/", "-").replace("@", "-v")

    @property
    def citation(self) -> str:
        """How to cite exactly this version."""
        return cite(
            title=self.title,
            name=str(self.version),
            made=self.made,
            content_hash=self.content_hash,
            source=self.study.citation,
            is_synthetic=self.is_synthetic,
        ).text

    @property
    def titles(self) -> dict[str, str]:
        """Study and wave or dataset in every language of the study."""
        spoken = dict.fromkeys((*self.study.languages, *self.labels)) or {"en": None}
        return {
            code: f"{self.study.title(code)}, {text_in(self.labels, code) or self.version}" for code in spoken
        }

    @property
    def languages(self) -> list[str]:
        """The languages its labels can be had in: those of the study, then others the codebook speaks."""
        spoken = {
            language
            for variable in self.codebook.variables
            for labels in (
                variable.labels,
                variable.question,
                *(code.labels for code in variable.codes),
                *(rule.labels for rule in variable.missing),
            )
            for language in labels
        }
        return list(dict.fromkeys([*self.study.languages, *sorted(spoken - {"und"})])) or ["en"]

    def language_named(self, asked: str) -> str:
        """The language asked for, the first there is when none is; refused when it has no labels in it.

        It may name a script or region beside a language of the labels (``zh-hans``).
        """
        if not asked or asked in self.languages:
            return asked or self.languages[0]
        if asked.partition("-")[0] in self.languages and _LANGUAGE.fullmatch(asked):
            return asked
        text = say("{version} has no labels in “{language}”.", version=self.version, language=asked[:20])
        hint = say("Choose one of {languages}.", languages=self.languages)
        raise refuse("bad_language", text, where="language", hint=hint)

    def about(self) -> About:
        """What the codebooks of this version tell beside its variables."""
        return About(
            name=str(self.version),
            titles=self.titles,
            made=self.made,
            content_hash=self.content_hash,
            codebook_hash=self.codebook.fingerprint(),
            counted=self.counted(),
            source=self.study.citation,
            licence=self.study.licence,
            abstract=self.study.description,
            derived=self.derived(),
            errata=self.errata(),
        )


def wave_subject(version: WaveVersion) -> Subject:
    """A wave version as something to hand out."""
    wave = version.wave
    study = wave.study
    return Subject(
        version=version,
        study=study,
        content_hash=version.content_hash,
        title=f"{study.title()}, {wave.title()}",
        labels=wave.labels or {"en": wave.slug},
        made=version.created_at.date(),
        rows=version.rows,
        is_synthetic=version.is_synthetic or wave.is_synthetic or study.is_synthetic,
        codebook=version.codebook(),
        table=lambda subject: _wave_table(subject, path_of(version.data)),
        job="export_wave",
        address=("surveys:wave_download", (study.slug, wave.slug, version.number)),
        counted=lambda: list(version.variables.values_list("frequencies", flat=True)),
        errata=lambda: erratum_texts(reached_in(version)),
    )


def _wave_table(subject: Subject, path: Path) -> ExportTable:
    variables = subject.codebook.variables

    @lru_cache(maxsize=1)
    def read(first: int) -> pl.DataFrame:
        return read_columns(path, range(first, min(first + AT_ONCE, len(variables))))

    def raw(position: int) -> tuple[pl.Series, pl.Series | None]:
        frame = read(position - position % AT_ONCE)
        tags = frame[tags_of(position)] if tags_of(position) in frame.columns else None
        return frame[physical(position)], tags

    def column(position: int) -> tuple[pl.Series, pl.Series]:
        cells, tags = raw(position)
        return split(cells, tags, variables[position])

    return table_of(subject, column, raw)


def table_of(
    subject: Subject,
    column: Callable[[int], tuple[pl.Series, pl.Series]],
    raw: Callable[[int], tuple[pl.Series, pl.Series | None]] | None = None,
) -> ExportTable:
    """The table that the writers take, with the subject's title, citation and marks."""
    return ExportTable(
        codebook=subject.codebook,
        rows=subject.rows,
        column=column,
        title=f"{subject.version} {subject.title}",
        citation=subject.citation,
        is_synthetic=subject.is_synthetic,
        raw=raw,
        titles={code: f"{subject.version} {title}" for code, title in subject.titles.items()},
    )
