"""The report of a measure's index: figures of each wave are made in one pass and kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from measures.core.engine import Engine
from measures.core.indices.asking import made_of
from measures.core.indices.gathering import disclosed, gathered, gathered_by_group, hindered, table_of
from measures.core.indices.reading import Index
from measures.models import IndexFigures, MeasureVersion
from measures.policy import require_see
from measures.selectors.indices import IndexOnWave, index_groupings, indices_on_waves
from measures.selectors.keys import ENGINE
from measures.selectors.scales import LeftOut, may_part, no_such_item, why_without
from measures.services.budgets import Budget
from measures.services.scales import MOST_AT_ONCE, NOT_COUNTED
from surveys.core.codebook import Labels, Variable, fingerprint
from surveys.core.problems import Refused, refuse
from surveys.core.said import restored, say, sentence
from surveys.models import Job, User, WaveVersion
from surveys.services import jobs


@dataclass(frozen=True)
class IndexRows:
    """One wave.  ``figures`` (see ``measures.core.indices.gathering``) are None where ``why`` says what
    hinders them, and so are those ``by`` groups; ``group_labels`` are those of their codes."""

    wave: WaveVersion
    index: Index
    unit: Variable | None
    figures: Mapping[str, Any] | None
    why: str = ""
    groups: Mapping[str, Any] | None = None
    why_no_groups: str = ""
    group_labels: Mapping[Any, Labels] | None = None
    is_waiting: bool = False


@dataclass(frozen=True)
class IndexReport:
    """An index over the waves that its rule can be read on; ``groupings`` are those that may be told."""

    version: MeasureVersion
    by: str
    rows: tuple[IndexRows, ...]
    left_out: tuple[LeftOut, ...]
    groupings: tuple[Variable, ...]

    @property
    def index(self) -> Index:
        """As the newest wave reads it."""
        return self.rows[-1].index

    @property
    def is_waiting(self) -> bool:
        """Whether some wave waits to be counted."""
        return any(one.is_waiting for one in self.rows)


@dataclass(frozen=True)
class _Asked:
    by: str
    whole: bool  # whether everything is told
    engine: Engine
    budget: Budget


def index_report(
    user: User,
    version: MeasureVersion,
    *,
    by: str = "",
    engine: Engine = ENGINE,
    however_large: bool = False,
) -> IndexReport:
    """The make-up of the measure's index and its figures wave by wave; Refused where the rule holds none.

    Groups, extremes of few rows and small counts are for those who may download the data, unless it is
    synthetic.  Of what was not counted yet, waves of together more than ``MOST_AT_ONCE`` rows are left to
    :func:`submit_index`, but with ``however_large``.
    """
    is_whole = _require_groups(user, version, by)
    waves, left_out = indices_on_waves(version)
    if not waves:
        hint = "An index is a mean, a sum, a count or a share of at least two components, or deprivation(…)."
        raise refuse("no_index", say("The rule of {version} holds no index.", version=version), hint=hint)
    having = [one for one in waves if not by or one.wave.has_group(by)]
    if not having:
        raise no_such_item(waves[-1].wave.here, by)
    for one in waves:
        if one not in having:
            left_out.append(LeftOut(one.version, why_without(one.wave.here, [by])))
    asked = _Asked(by, is_whole, engine, Budget(None if however_large else MOST_AT_ONCE))
    rows = tuple(_rows(one, asked) for one in waves)
    return IndexReport(version, by, rows, tuple(left_out), tuple(_groupings(waves, is_whole)))


def submit_index(user: User, version: MeasureVersion, by: str = "") -> Job:
    """Asks for the counting as long work."""
    require_see(user, version.measure.study)
    _require_groups(user, version, by)
    payload = {"version": version.pk, "by": by, "name": str(version)}
    key = f"count_index:{version.pk}:{fingerprint(by)[:32]}"
    return jobs.submit(user, "count_index", payload, key=key, study=version.measure.study)


def _require_groups(user: User, version: MeasureVersion, by: str) -> bool:
    is_whole = may_part(user, version.measure.study)
    if by and not is_whole:
        message = "Groups are told only to those who may download the data of the study."
        raise refuse("not_allowed", message, where="by", hint="Leave out the grouping item.")
    return is_whole


def _groupings(waves: list[IndexOnWave], is_whole: bool) -> Iterator[Variable]:
    if is_whole:
        yield from index_groupings(waves)


def _rows(one: IndexOnWave, asked: _Asked) -> IndexRows:
    unit = one.wave.variable(one.unit) if one.unit else None
    found = _figures(one, "", asked)
    if found is None:
        why = sentence(NOT_COUNTED)
        return IndexRows(one.version, one.index, unit, None, why, is_waiting=True)
    if "why" in found:
        return IndexRows(one.version, one.index, unit, None, restored(found)["why"])
    told = found if asked.whole else disclosed(found)
    told = {**told, "alternatives": [restored(each) for each in told["alternatives"]]}
    if not asked.by or not one.wave.has_group(asked.by):
        return IndexRows(one.version, one.index, unit, told)
    groups = _figures(one, asked.by, asked)
    labels = {code.value: code.labels for code in one.wave.here.variables[asked.by].codes}
    if groups is None:
        return IndexRows(
            one.version, one.index, unit, told, why_no_groups=sentence(NOT_COUNTED), is_waiting=True
        )
    if "why" in groups:
        return IndexRows(one.version, one.index, unit, told, why_no_groups=restored(groups)["why"])
    return IndexRows(one.version, one.index, unit, told, groups=groups, group_labels=labels)


def _figures(one: IndexOnWave, by: str, asked: _Asked) -> Mapping[str, Any] | None:
    """As they were made before, else made and kept; None where the budget does not allow it now."""
    key = one.key(by)
    kept = IndexFigures.objects.filter(key=key).first()
    if kept is not None:
        return dict(kept.figures)
    if not asked.budget.allows(one.version.rows):
        return None
    figures: dict[str, Any] = json.loads(json.dumps(_made(one, by, asked.engine)))  # as it will be read again
    IndexFigures.objects.bulk_create([IndexFigures(key=key, figures=figures)], ignore_conflicts=True)
    return figures


def _made(one: IndexOnWave, by: str, engine: Engine) -> dict[str, Any]:
    rules, layout = one.rules(by)
    form = one.index.form
    try:
        lines = engine.patterns(one.plan(rules), [rule.name for rule in rules])
        table = table_of(lines, layout)
        return gathered_by_group(form, table) if by else gathered(form, made_of(one.index), table)
    except Refused as refused:
        return hindered(refused)
