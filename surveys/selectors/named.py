"""Reads that span tables; each starts from what the person may see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from surveys import policy
from surveys.core import search
from surveys.core.problems import near_misses, refuse
from surveys.core.said import say
from surveys.models import (
    ContextVersion,
    SearchText,
    Study,
    User,
    Variable,
    Wave,
    WaveVersion,
)

PAGES_KEPT = 300  # wave versions whose searched texts a process keeps: half a megabyte each, if large
_REFERENCE = re.compile(r"(?P<study>[\w-]+)/(?P<name>[\w-]+)(?:@(?P<number>[0-9]{1,9}))?")


@dataclass(frozen=True)
class Reference:
    """``mdms/2014@1`` taken apart; ``number`` is None for the latest version."""

    study: str
    name: str
    number: int | None


def reference(text: str) -> Reference:
    """Reads ``STUDY/NAME`` or ``STUDY/NAME@n``; refuses anything else."""
    match = _REFERENCE.fullmatch(text.strip())
    if match is None:
        raise refuse(
            "bad_reference",
            say("“{text}” names no version.", text=text),
            hint="Write it as mdms/2014 or mdms/2014@1.",
        )
    number = match["number"]
    return Reference(match["study"], match["name"], int(number) if number else None)


def study_named(user: User, slug: str) -> Study:
    """The study called ``slug``, if this person may see it."""
    visible = Study.objects.visible_to(user)
    return _one(visible.filter(slug=slug), say("study"), slug, visible.values_list("slug", flat=True))


def studies_where(user: User, right: str) -> list[Study]:
    """The studies in which this person holds a right of :mod:`surveys.policy`."""
    return [study for study in Study.objects.visible_to(user) if policy.may(user, right, study)]


def wave_named(user: User, text: str) -> Wave:
    """The wave ``STUDY/WAVE``."""
    asked = reference(text)
    waves = Wave.objects.filter(study=study_named(user, asked.study))
    return _one(waves.filter(slug=asked.name), say("wave"), text, waves.values_list("slug", flat=True))


def wave_version_named(user: User, text: str) -> WaveVersion:
    """The wave version ``STUDY/WAVE@n``, or the latest one of ``STUDY/WAVE``."""
    asked, wave = reference(text), wave_named(user, text)
    versions = WaveVersion.objects.filter(wave=wave).select_related("wave__study", "data")
    if asked.number is not None:
        known = [f"{wave}@{number}" for number in versions.values_list("number", flat=True)]
        return _one(versions.filter(number=asked.number), say("wave version"), text, known)
    latest = versions.order_by("-number").first()
    if latest is None:
        raise refuse(
            "no_version",
            say("The wave {wave} has no data yet.", wave=wave),
            hint="Import a file into it first.",
        )
    return latest


def variable_named(version: WaveVersion, name: str) -> Variable:
    """The variable of a version called ``name``."""
    found = version.variables.filter(name=name).first()
    if found is None:
        near = near_misses(name, version.variables.values_list("name", flat=True))
        message = say("There is no variable called {name} in {version}.", name=name, version=version)
        raise refuse("not_found", message, near=near)
    return found


def latest_version(wave: Wave) -> WaveVersion | None:
    """The version of a wave in force."""
    return wave.versions.select_related("wave__study", "data").order_by("-number").first()


def _one(found: QuerySet[Any], what: str, name: str, known: Iterable[str]) -> Any:
    thing = found.first()
    if thing is None:
        short = name.split("/")[-1]
        near = near_misses(name, known) or near_misses(short, known)
        raise refuse(
            "not_found",
            say("There is no {what} called {name} that you can see.", what=what, name=name),
            near=near,
        )
    return thing


def context_latest(study: Study) -> dict[str, ContextVersion]:
    """Slug -> the version in force of each of the study's context tables."""
    versions = ContextVersion.objects.filter(table__study=study).select_related("table").order_by("number")
    return {version.table.slug: version for version in versions}


def search_variables(
    user: User, text: str, study: Study | None = None, version: WaveVersion | None = None, limit: int = 50
) -> list[Variable]:
    """Variables whose name, labels, question or value labels contain every word of ``text``.

    The latest version of each visible wave is searched (or ``version``); for their order see ``core.search``.
    """
    words = search.folded(text).split(" ")
    if words == [""]:
        return []
    bits = SearchText.objects.filter(version__in=_searched(user, study, version)).order_by("version")
    there = [pk for pk, grams in bits.values_list("pk", "grams") if search.may_hold(bytes(grams), words)]
    versions = WaveVersion.objects.filter(pk__in=there).values_list("pk", "codebook_hash")
    hashes = dict(versions)
    hits = search.search(there, lambda pk: _page(pk, hashes[pk]), text, limit)
    return _hydrated(hits)


@lru_cache(maxsize=PAGES_KEPT)
def _page(pk: int, codebook_hash: str) -> search.Page:
    """The texts of a version, which never change; kept, for the next letter typed asks for them again."""
    texts = SearchText.objects.get(pk=pk)
    return search.Page(*map(search.Searched, (texts.names, texts.labels, texts.rest)))


def _hydrated(hits: Sequence[search.Hit]) -> list[Variable]:
    """The variables at these places, in this order, without their frequencies."""
    places: dict[int, list[int]] = {}
    for version, position in hits:
        places.setdefault(version, []).append(position)
    wanted = Q(pk__in=[])
    for version, positions in places.items():
        wanted |= Q(version=version, position__in=positions)
    found = Variable.objects.filter(wanted).defer("frequencies").order_by()
    versions = WaveVersion.objects.select_related("wave__study").defer(
        "findings", "sets", "options", "file_notes"
    )
    by_place = {(v.version_id, v.position): v for v in found}
    by_pk = versions.in_bulk(places)
    for variable in by_place.values():
        variable.version = by_pk[variable.version_id]
    return [by_place[hit] for hit in hits]


def _searched(user: User, study: Study | None, version: WaveVersion | None) -> list[int]:
    visible = WaveVersion.objects.visible_to(user)
    if version is not None:
        return list(visible.filter(pk=version.pk).values_list("pk", flat=True))
    if study is not None:
        visible = visible.filter(wave__study=study)
    latest = visible.order_by("wave_id", "number").values_list("wave_id", "pk")
    return list(dict(latest).values())
