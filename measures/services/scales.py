"""The report of a measure's scales: what one pass over each wave counts is kept, all else follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from measures.core.engine import Engine
from measures.core.engine.joint import Joint, too_many_groups
from measures.core.factor import Matrix
from measures.core.language.functions_of_samples import BASES
from measures.core.scale import Metric, Scale, metric_of
from measures.core.scale_figures import (
    Alike,
    Drift,
    Figures,
    congruences,
    drift_of,
    figures_of,
)
from measures.core.scale_warnings import likeness_warning, renumbered, warnings_of
from measures.models import JointAnswers, MeasureVersion
from measures.policy import require_see
from measures.selectors.keys import ENGINE
from measures.selectors.scales import (
    GROUP,
    LeftOut,
    OnWave,
    may_part,
    metric_named,
    metrics_of,
    no_such_item,
    on_waves,
    why_without,
)
from measures.services.budgets import Budget
from surveys.core.codebook import Scalar, fingerprint
from surveys.core.disclosure import FEWEST
from surveys.core.problems import Refused, refuse
from surveys.core.said import say, sentence
from surveys.models import Job, User, WaveVersion
from surveys.services import jobs

MOST_AT_ONCE = 200_000  # rows, of all waves; more are not counted while somebody waits
NOT_COUNTED = "This wave was not counted yet: it takes a while."
_TOO_MANY = "too_many_groups"


@dataclass(frozen=True)
class Rows:
    """One wave, or one group of it.  ``figures`` are None where ``why`` says what hinders them."""

    wave: WaveVersion
    group: Scalar | None
    labels: Mapping[str, str]  # of the group
    scored: int
    figures: Figures | None
    drift: Drift | None
    warnings: tuple[str, ...]
    why: str = ""
    is_waiting: bool = False  # to be counted

    @property
    def name(self) -> str:
        """``mdms/2014@1``, and the group's code behind it."""
        return str(self.wave) if self.group is None else f"{self.wave} · {self.group}"


@dataclass(frozen=True)
class ScaleReport:
    """A scale over the waves and groups; ``alike`` is of those that have figures, in order, factors numbered
    as on the frozen metric, else as in the first of them."""

    version: MeasureVersion
    scale: Scale
    labels: tuple[Mapping[str, str], ...]  # of the items
    basis: str
    by: str
    metric: str  # the dataset version whose fit is the frozen metric; empty where none was fitted
    metrics: tuple[str, ...]
    rows: tuple[Rows, ...]
    left_out: tuple[LeftOut, ...]
    alike: Alike
    warnings: tuple[str, ...]

    @property
    def congruence(self) -> Matrix:
        """(m, m) of the factor that is scored."""
        return self.alike.tables[self.scale.factor - 1] if self.alike.tables else np.zeros((0, 0))

    @property
    def with_figures(self) -> list[Rows]:
        return [one for one in self.rows if one.figures is not None]

    @property
    def is_waiting(self) -> bool:
        """Whether some wave waits to be counted."""
        return any(one.is_waiting for one in self.rows)


def scale_reports(
    user: User,
    version: MeasureVersion,
    *,
    basis: str = "",
    by: str = "",
    metric: str = "",
    engine: Engine = ENGINE,
    however_large: bool = False,
) -> list[ScaleReport]:
    """A report for each scale of the measure's rule, over the waves that the rule can be read on.

    ``basis`` is empty for the correlations of the rule itself.  Refused where it holds no scale.  Groups are
    for those who may download the data, unless it is synthetic: what one group is like can be told from
    figures with and without it.  Of what was not counted yet, waves of together more than ``MOST_AT_ONCE``
    rows are left to :func:`submit_scales`, but with ``however_large``.
    """
    if basis and basis not in BASES:
        raise refuse("unknown_basis", say("The basis is {bases}.", bases=BASES), where="basis")
    _require_groups(user, version, by)
    waves, left_out = on_waves(version)
    most = max((len(wave.scales) for wave in waves), default=0)
    if not most:
        hint = "A scale is a factor score, or a sum or mean of answers or of standardised items."
        raise refuse("no_scale", say("The rule of {version} holds no scale.", version=version), hint=hint)
    if by:
        left_out += _without_groups(waves, by)
    metrics = metrics_of(version)
    chosen, fitted = metric_named(metrics, metric)
    asked = _Asked(basis, by, fitted, engine, Budget(None if however_large else MOST_AT_ONCE))
    return [
        _report(version, place, waves, tuple(left_out), asked, chosen, tuple(metrics))
        for place in range(most)
    ]


def submit_scales(user: User, version: MeasureVersion, by: str = "") -> Job:
    """Asks for the counting as long work."""
    study = version.measure.study
    require_see(user, study)
    _require_groups(user, version, by)
    payload = {"version": version.pk, "by": by, "name": str(version)}
    key = f"count_scales:{version.pk}:{fingerprint(by)[:32]}"
    return jobs.submit(user, "count_scales", payload, key=key, study=study)


def _require_groups(user: User, version: MeasureVersion, by: str) -> None:
    if by and not may_part(user, version.measure.study):
        message = "Groups are told only to those who may download the data of the study."
        raise refuse("not_allowed", message, where="by", hint="Leave out the grouping item.")


def _without_groups(waves: list[OnWave], by: str) -> list[LeftOut]:
    """The waves that are told whole alone; Refused where none has the grouping item."""
    without = [wave for wave in waves if not wave.has_group(by)]
    if len(without) == len(waves):
        raise no_such_item(waves[-1].here, by)
    return [LeftOut(wave.version, why_without(wave.here, [by])) for wave in without]


@dataclass(frozen=True)
class Counted:
    """The answers of a group under the key of the wave's; equal keys mean equal answers."""

    key: str
    group: Scalar | None
    joint: Joint = field(compare=False)


@lru_cache(maxsize=512)
def _figures(scale: Scale, counted: Counted, basis: str) -> Figures:
    """Extraction takes milliseconds for each group; the same page is asked for again."""
    return figures_of(scale, counted.joint, basis)


@dataclass(frozen=True)
class _Asked:
    basis: str
    by: str
    fitted: Mapping[str, Any]
    engine: Engine
    budget: Budget


def _report(
    version: MeasureVersion,
    place: int,
    waves: list[OnWave],
    left_out: tuple[LeftOut, ...],
    asked: _Asked,
    metric: str,
    metrics: tuple[str, ...],
) -> ScaleReport:
    having = [wave for wave in waves if len(wave.scales) > place]
    rows = tuple(one for wave in having for one in _rows(wave, wave.scales[place], asked))
    latest = having[-1]
    scale = latest.scales[place]
    found = [one for one in rows if one.figures is not None]
    frozen = metric_of(scale, asked.fitted)
    alike = congruences([one.figures for one in found if one.figures], frozen.pattern if frozen else None)
    variables = [latest.variable(name) for name in scale.names]
    return ScaleReport(
        version=version,
        scale=scale,
        labels=tuple(variable.labels if variable else {} for variable in variables),
        basis=asked.basis or scale.basis,
        by=asked.by,
        metric=metric if any(metric_of(wave.scales[place], asked.fitted) for wave in having) else "",
        metrics=metrics,
        rows=rows,
        left_out=left_out,
        alike=alike,
        warnings=tuple(_warned(found, scale, alike, frozen)),
    )


def _rows(wave: OnWave, scale: Scale, asked: _Asked) -> Iterator[Rows]:
    """The whole wave, then its groups."""
    for by in ("", asked.by) if asked.by and wave.has_group(asked.by) else ("",):
        found = joint_answers(wave, scale, by, asked.engine, asked.budget)
        if found is None:
            yield Rows(wave.version, None, {}, 0, None, None, (), sentence(NOT_COUNTED), is_waiting=True)
            return
        for counted in found:
            yield _told(wave, scale, asked, by, counted)


def _told(wave: OnWave, scale: Scale, asked: _Asked, by: str, counted: Counted) -> Rows:
    group, joint = counted.group, counted.joint
    variable = wave.here.variables[by] if by else None
    labels = next((code.labels for code in variable.codes if code.value == group), {}) if variable else {}
    scored = sum(joint.answered[scale.at_least :])
    try:
        if joint.n < FEWEST:
            raise refuse("few_rows", say("Fewer than {fewest} rows answer every item.", fewest=FEWEST))
        figures = _figures(scale, counted, asked.basis)
    except Refused as refused:
        why = sentence(refused.problems[0].message)
        return Rows(wave.version, group, labels, scored if joint.n >= FEWEST else 0, None, None, (), why)
    told = warnings_of(scale, figures, joint.answered)
    frozen = metric_of(scale, asked.fitted)
    drift = drift_of(figures, frozen) if frozen else None
    if asked.fitted and frozen is None and (scale.extraction or scale.is_standardised):
        told.append(sentence("The frozen metric was fitted for another reading of the rule: codes differ."))
    if drift and drift.congruence is not None:
        unlike = likeness_warning(str(wave.version), say("the frozen metric"), drift.congruence)
        told += [unlike] if unlike and drift.is_same_number else []
    return Rows(wave.version, group, labels, scored, figures, drift, tuple(told))


def _warned(found: list[Rows], scale: Scale, alike: Alike, frozen: Metric | None) -> Iterator[str]:
    if not found:
        return
    reference = say("the frozen metric") if frozen and frozen.pattern is not None else found[0].name
    for one, numbers in zip(found, alike.numbers, strict=True):
        if warning := renumbered(one.name, reference, scale.factor, numbers):
            yield warning
    yield from _unlike(found, alike.tables[scale.factor - 1])


def _unlike(found: list[Rows], table: Matrix) -> Iterator[str]:
    """Waves, and groups within a wave, whose loadings are not equal."""
    for j, one in enumerate(found):
        for i, other in enumerate(found[:j]):
            is_comparable = (one.group is None) == (other.group is None)
            same_wave = one.wave == other.wave
            if is_comparable and (same_wave or one.group is None or one.group == other.group):
                warning = likeness_warning(other.name, one.name, float(table[i, j]))
                if warning:
                    yield warning


def joint_answers(
    wave: OnWave, scale: Scale, by: str, engine: Engine, budget: Budget
) -> list[Counted] | None:
    """How each group of the wave answers the scale: as it was counted before, else counted and kept.

    None where it was not counted before and the budget does not allow it now.  That there are too many groups
    is kept as well, and refused again.
    """
    key = wave.key(scale, by)
    kept = JointAnswers.objects.filter(key=key).first()
    if kept is None and not budget.allows(wave.version.rows):
        return None
    counts = kept.counts if kept is not None else _counted(wave, scale, by, engine)
    if kept is None:
        JointAnswers.objects.bulk_create([JointAnswers(key=key, counts=counts)], ignore_conflicts=True)
    if counts == _TOO_MANY:
        raise too_many_groups()
    return [Counted(key, group, Joint.from_json(joint)) for group, joint in counts]


def _counted(wave: OnWave, scale: Scale, by: str, engine: Engine) -> Any:
    """As ``JointAnswers.counts``."""
    names = [str(at) for at in range(len(scale.items))]
    try:
        found = engine.joint(wave.plan(scale, by), names, GROUP if by else "")
    except Refused as refused:
        if [problem.code for problem in refused.problems] != [_TOO_MANY]:
            raise
        return _TOO_MANY
    return [[group, joint.as_json()] for group, joint in found.items()]
