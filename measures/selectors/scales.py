"""Scales of a measure on the waves of its study, and the metrics that were frozen for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from measures.core.engine import Plan, Rule
from measures.core.engine.joint import MOST_GROUPS
from measures.core.language import Checked, check
from measures.core.scale import Scale, may_be_scale, rules_of, scales_in
from measures.models import DatasetColumn, MeasureVersion
from measures.policy import may_download
from measures.selectors.keys import ENGINE, Keyed, quoted
from measures.selectors.resolving import names_in
from measures.selectors.scopes import Ground, ground, parsed, study_wave_versions
from measures.selectors.trying import lacking, try_rule
from surveys.core.codebook import ValueType, Variable, fingerprint
from surveys.core.problems import Problem, Refused, near_misses, refuse
from surveys.core.said import say, sentence
from surveys.models import Study, User, WaveVersion

GROUP = "by"
_GROUPING = (ValueType.INTEGER, ValueType.DECIMAL, ValueType.TEXT)


@dataclass(frozen=True)
class OnWave:
    """A measure's rule as one wave reads it, with its scales."""

    here: Ground
    checked: Checked
    earlier: Mapping[str, Checked]
    scales: tuple[Scale, ...]

    @property
    def version(self) -> WaveVersion:
        return self.here.version

    def plan(self, scale: Scale, by: str) -> Plan:
        """The scale's items under their numbers, and the grouping item as ``GROUP``."""
        rules = [Rule(name, checked) for name, checked in self.earlier.items()]
        rules += self._items(scale)
        rules += [Rule(GROUP, self.group(by))] if by else []
        items = sorted({item for rule in rules for item in rule.checked.items})
        return Plan(self.here.source(items), tuple(rules), contexts=self.here.tables)

    def key(self, scale: Scale, by: str) -> str:
        """What the answers to the scale depend on, and nothing else."""
        keyed = Keyed(self.here, None, {})
        for name, checked in self.earlier.items():
            keyed.measure(self.here.published[name], checked)
        parts = [
            keyed.identity(rule.checked) for rule in rules_of([i.part for i in scale.items], self.checked)
        ]
        return fingerprint(
            {
                "joint": parts,
                "by": keyed.identity(self.group(by)) if by else None,
                "rows": self.here.version.rows,
                "engine": [ENGINE.name, ENGINE.semantics_version],
            }
        )

    def _items(self, scale: Scale) -> tuple[Rule, ...]:
        return rules_of([item.part for item in scale.items], self.checked)

    def has_group(self, by: str) -> bool:
        """Whether the wave has the grouping item."""
        return by in self.here.items

    def variable(self, name: str) -> Variable | None:
        return self.checked.scope.variable(name)

    def group(self, by: str) -> Checked:
        """The grouping item as a rule; Refused where the wave has none of that name, or it holds dates."""
        if not self.has_group(by):
            raise no_such_item(self.here, by)
        if self.here.variables[by].type not in _GROUPING:
            message = say("{name} holds dates; groups are made by codes, numbers or texts.", name=by)
            raise refuse("date_as_key", message, where="by")
        return check(parsed(quoted(by)), self.here.scope())


def why_without(here: Ground, names: list[str]) -> str:
    """Why a wave has none of these items: by a decision, which is told, or because it asked nothing of it."""
    barred = [here.barred[name] for name in names if name in here.barred]
    return _said(barred) if barred else say("it has no {items}.", items=names)


def no_such_item(here: Ground, by: str) -> Refused:
    """The refusal of a grouping item that a wave has not, or that a decision keeps out."""
    if by in here.barred:
        return Refused([replace(here.barred[by], where="by")])
    message = say("{version} has no item called “{name}”.", version=here.version, name=by)
    return refuse("unknown_item", message, where="by", near=near_misses(by, here.items))


@dataclass(frozen=True)
class LeftOut:
    """A wave on which the rule cannot be read, and why."""

    version: WaveVersion
    why: str


def on_waves(version: MeasureVersion) -> tuple[list[OnWave], list[LeftOut]]:
    """The rule on the latest version of each wave of the study, the oldest wave first."""
    study, name = version.measure.study, version.measure.name
    node = parsed(version.rule)
    found, left_out = [], []
    for wave in reversed(study_wave_versions(study)):
        here = ground(study, wave)
        if missing := lacking(here, node, name):
            named = [one for one in names_in(node) if one in missing]
            left_out.append(LeftOut(wave, why_without(here, named)))
            continue
        try:
            tried = try_rule(here, version.rule, name)
        except Refused as refused:
            left_out.append(LeftOut(wave, _said(refused.problems)))
            continue
        found.append(OnWave(here, tried.checked, tried.earlier, scales_in(tried.checked)))
    return found, left_out


def _said(problems: Iterable[Problem]) -> str:
    first = next(iter(problems))
    return sentence(first.message)


def may_part(user: User, study: Study) -> bool:
    """Whether a person is told of groups: who may download the data, and everybody where nobody answered."""
    synthetic = (study.is_synthetic or wave.is_synthetic for wave in study_wave_versions(study))
    return may_download(user, study) or all(synthetic)


def metrics_of(version: MeasureVersion) -> dict[str, Mapping[str, Any]]:
    """``integration@1`` -> what was fitted for the measure there, the oldest dataset version first."""
    columns = version.dataset_columns.filter(kind=DatasetColumn.Kind.MEASURE)
    columns = columns.select_related("version__dataset", "derived").defer("derived__frequencies")
    ordered = columns.order_by("version__created_at", "version_id")
    return {
        f"{column.version.dataset.slug}@{column.version.number}": column.derived.fitted
        for column in ordered
        if column.derived.fitted
    }


def metric_named(metrics: Mapping[str, Mapping[str, Any]], name: str) -> tuple[str, Mapping[str, Any]]:
    """The metric asked for, else the oldest; ("", {}) where nothing was fitted yet."""
    if name and name not in metrics:
        message = say("No metric was fitted for this measure in {name}.", name=name)
        raise refuse("unknown_metric", message, where="metric", near=near_misses(name, metrics))
    chosen = name or next(iter(metrics), "")
    return chosen, metrics.get(chosen, {})


def has_scale(version: MeasureVersion) -> bool:
    """Whether a rule, as it is written, may hold a scale; no wave is asked, as every measure's page asks."""
    try:
        return may_be_scale(parsed(version.rule))
    except Refused:
        return False


def grouping_items(version: MeasureVersion) -> list[Variable]:
    """The items with few labelled codes on the newest wave that has the scale, by name."""
    waves = [wave for wave in on_waves(version)[0] if wave.scales]
    if not waves:
        return []
    own = {name for scale in waves[-1].scales for name in scale.names}
    found = waves[-1].here.variables
    return [found[name] for name in sorted(found) if name not in own and is_grouping(found[name])]


def is_grouping(variable: Variable) -> bool:
    """Whether an item has from two to ``MOST_GROUPS`` labelled codes that are no absences."""
    absent = {rule.value for rule in variable.missing}
    codes = [code for code in variable.codes if code.value not in absent]
    return 2 <= len(codes) <= MOST_GROUPS
