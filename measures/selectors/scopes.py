"""What rules may speak of in a wave version, and where an engine finds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from measures.core.engine import Source, SourceColumn
from measures.core.language import CodeMap, ContextTable, Scope, harmonised, map_problem, parse
from measures.core.language.nodes import Node
from measures.models import MeasureVersion
from surveys.core.codebook import Code, Labels, Level, Role, Scalar, ValueType, Variable, fingerprint
from surveys.core.comparison.codes import valid_codes
from surveys.core.crosswalk import recounted, with_reasons
from surveys.core.problems import Problem
from surveys.core.said import say, sentence
from surveys.models import ContextVersion, CrosswalkDecision, Study, WaveVersion
from surveys.selectors import Binding, binding_of, bindings, bound_and_barred, context_latest
from surveys.selectors.crosswalk import standing_decisions
from surveys.services.files import path_of


@dataclass(frozen=True)
class Carried:
    """One item in one wave version: the stored column that carries it and how its codes map."""

    item: str
    position: int
    source: Variable
    tags: bool
    code_map: CodeMap
    column_hash: str
    frequencies: Mapping[str, Any]
    known: Mapping[Scalar, Labels]  # what the item's codes mean where a wave has them as they are
    answers: frozenset[Scalar] = frozenset()  # codes that other waves are mapped to: the item has them

    @cached_property
    def variable(self) -> Variable:
        """The item as rules speak of it: codes after the crosswalk."""
        return harmonised(self.source, self.code_map, self.item, self.known, self.answers)

    @property
    def identity(self) -> list[Any]:
        """What this input contributes to a column's key; not its labels, not the variable's name."""
        return [self.item, self.column_hash, *self.reading]

    @property
    def reading(self) -> list[Any]:
        """How the stored cells are read: the crosswalk's code map, and which codes are absences."""
        rules = [[rule.reason, rule.value, rule.low, rule.high, rule.tag] for rule in self.source.missing]
        return [[list(pair) for pair in self.code_map], sorted(rules, key=str)]


@dataclass(frozen=True)
class Ground:
    """A wave version as rules see it: its items, the study's context tables and measures in force."""

    study: Study
    version: WaveVersion
    items: Mapping[str, Carried]
    contexts: Mapping[str, ContextVersion]
    unreadable: Mapping[str, Problem]  # items whose code map does not fit their variable
    barred: Mapping[str, Problem]  # items that a decision keeps out: not comparable here, or left open

    @cached_property
    def tables(self) -> dict[str, ContextTable]:
        return {slug: context_table(version) for slug, version in self.contexts.items()}

    @cached_property
    def variables(self) -> dict[str, Variable]:
        return {name: carried.variable for name, carried in self.items.items()}

    @property
    def names(self) -> set[str]:
        """The items that the crosswalk says are here, whether or not they can be used."""
        return {*self.items, *self.unreadable}

    @property
    def sets(self) -> dict[str, tuple[str, ...]]:
        """Multiple-response sets all of whose variables are items here."""
        named = ((s["name"].lstrip("$"), tuple(s["variables"])) for s in self.version.sets)
        return {name: members for name, members in named if set(members) <= set(self.items)}

    @cached_property
    def published(self) -> dict[str, MeasureVersion]:
        """The study's measures in force, by name."""
        return published_measures(self.study)

    def scope(self, measures: Mapping[str, Variable] | None = None) -> Scope:
        """The names a rule is checked against, with ``measures`` as the earlier ones."""
        reasons = tuple(dict.fromkeys(self.study.missing_reasons.values()))
        unusable = {**self.barred, **self.unreadable}
        return Scope(self.variables, measures or {}, self.tables, self.sets, reasons, unusable)

    def source(self, names: Iterable[str] | None = None) -> Source:
        """Where the engine finds ``names`` (or all items)."""
        wanted = self.items if names is None else {name: self.items[name] for name in names}
        columns = {name: SourceColumn(c.position, c.source, c.tags, c.code_map) for name, c in wanted.items()}
        return Source(path_of(self.version.data), columns)


_LOOKED_AT: ContextVar[dict[tuple[int, int], Ground] | None] = ContextVar("looked_at", default=None)
_AT_REST: ContextVar[dict[tuple[int, int], Ground] | None] = ContextVar("at_rest", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Within it the ground of a wave version is read once, however many recipes stand on it.

    For reads that ask the same of many datasets; whoever writes crosswalks, tables or measures looks anew.
    """
    token = _LOOKED_AT.set({})
    try:
        yield
    finally:
        _LOOKED_AT.reset(token)


@contextmanager
def waves_at_rest() -> Iterator[None]:
    """Within it waves, crosswalk and context tables are read once, and measures anew each time.

    For who publishes many measures in one go and writes nothing else.
    """
    token = _AT_REST.set({})
    try:
        yield
    finally:
        _AT_REST.reset(token)


def ground(study: Study, version: WaveVersion) -> Ground:
    """Everything a rule of ``study`` may speak of in ``version``."""
    seen, resting = _LOOKED_AT.get(), _AT_REST.get()
    if seen is not None:
        return _kept(seen, study, version)
    return replace(_kept(resting, study, version)) if resting is not None else _ground(study, version)


def _kept(known: dict[tuple[int, int], Ground], study: Study, version: WaveVersion) -> Ground:
    if (study.pk, version.pk) not in known:
        known[study.pk, version.pk] = _ground(study, version)
    return known[study.pk, version.pk]


def _ground(study: Study, version: WaveVersion) -> Ground:
    bound, barred = bound_and_barred(study, version)
    core = _core_variables(version.pk, version.codebook_hash)
    items: dict[str, Carried] = {}
    unreadable: dict[str, Problem] = {}
    known = _known_codes(study, version, {name for name, binding in bound.items() if binding.code_map})
    answers = _answers(study, {name for name, one in bound.items() if one.code_map or one.missing_map})
    for name, binding in bound.items():
        source = core[binding.variable.name]
        if (fault := map_problem(name, source, binding.code_map)) is None:
            items[name] = _carried(binding, source, known.get(name, {}), answers.get(name, frozenset()))
        else:
            unreadable[name] = replace(fault, where=str(version))
    kept_out = {name: _kept_out(decision, version) for name, decision in barred.items()}
    return Ground(study, version, items, context_latest(study), unreadable, kept_out)


def _kept_out(decision: CrosswalkDecision, version: WaveVersion) -> Problem:
    """Why no rule may read an item, and which decision says so."""
    told = {
        "name": decision.item.name,
        "version": version,
        "why": decision.reason.rstrip(".。") or sentence("no reason was given"),
    }
    if decision.status == CrosswalkDecision.Status.UNDETERMINED:
        message = say("Whether “{name}” is comparable in {version} is left open: {why}.", **told)
        hint = say("Decide on it (it was left open by decision {number}), or take the item out.",
                   number=decision.pk)  # fmt: skip
        return Problem("left_open", message, hint=hint)
    message = say("“{name}” is not comparable in {version}: {why}.", **told)
    hint = say("Undo decision {number}, or take the item out.", number=decision.pk)
    return Problem("not_comparable", message, hint=hint)


def carried_in(study: Study, version: WaveVersion, item: str) -> Carried | None:
    """One item in one wave version, as :func:`ground` has it; None where it is not there, or unreadable."""
    binding = binding_of(study, version, item)
    if binding is None:
        return None
    source = _core_variables(version.pk, version.codebook_hash)[binding.variable.name]
    if map_problem(item, source, binding.code_map) is not None:
        return None
    known = _known_codes(study, version, {item} if binding.code_map else set())
    answers = _answers(study, {item} if binding.code_map or binding.missing_map else set())
    return _carried(binding, source, known.get(item, {}), answers.get(item, frozenset()))


def _answers(study: Study, decided: set[str]) -> dict[str, frozenset[Scalar]]:
    """Of items of which codes were decided about: all codes that any wave is mapped to."""
    if not decided:
        return {}
    found = standing_decisions().filter(item__study=study, item__name__in=decided)
    codes: dict[str, set[Scalar]] = {}
    for name, code_map in found.values_list("item__name", "code_map"):
        codes.setdefault(name, set()).update(target for _, target in code_map if target is not None)
    return {name: frozenset(targets) for name, targets in codes.items()}


def _known_codes(study: Study, version: WaveVersion, mapped: set[str]) -> dict[str, dict[Scalar, Labels]]:
    """Labels of the codes of ``mapped`` items, from the oldest wave that has them as they are."""
    found: dict[str, dict[Scalar, Labels]] = {}
    for other in reversed(study_wave_versions(study)) if mapped else ():
        if other.wave_id == version.wave_id or not mapped - set(found):
            continue
        core = _core_variables(other.pk, other.codebook_hash)
        for name, binding in bindings(study, other).items():
            if name in mapped and name not in found and not binding.code_map:
                codes = valid_codes(core[binding.variable.name]).values()
                found[name] = {code.value: code.labels for code in codes}
    return found


def _carried(
    binding: Binding, source: Variable, known: Mapping[Scalar, Labels], answers: frozenset[Scalar]
) -> Carried:
    stored = binding.variable
    return Carried(
        item=binding.item,
        position=stored.position,
        source=with_reasons(source, binding.missing_map),
        tags=stored.has_tags,
        code_map=tuple((pair[0], pair[1]) for pair in binding.code_map),
        column_hash=stored.column_hash,
        frequencies=recounted(stored.frequencies, binding.missing_map),
        known=known,
        answers=answers,
    )


@lru_cache(maxsize=8)
def _core_variables(version_id: int, codebook_hash: str) -> dict[str, Variable]:
    """The codebook of a version, read once: versions never change."""
    version = WaveVersion.objects.get(pk=version_id)
    return {variable.name: variable.as_core() for variable in version.variables.all()}


def context_table(version: ContextVersion) -> ContextTable:
    """A stored context table as rules see it."""
    columns = tuple(column["name"] for column in version.columns)
    return ContextTable(version.table.slug, columns, tuple(tuple(row) for row in version.rows))


def context_identity(table: ContextTable, column: str) -> str:
    """Hash of a context table's key and one of its columns: what a look-up depends on."""
    return fingerprint([table.name, column, sorted(map(list, table.pairs(column)), key=str)])


def published_measures(study: Study) -> dict[str, MeasureVersion]:
    """Name -> version in force of every published measure of the study, without its report."""
    versions = MeasureVersion.objects.filter(measure__study=study, state=MeasureVersion.State.PUBLISHED)
    versions = versions.select_related("measure").defer("report")
    return {version.measure.name: version for version in versions.order_by("number")}


@lru_cache(maxsize=1024)
def parsed(rule: str) -> Node:
    """The nodes of a rule, read once: they depend on its text alone."""
    return parse(rule)


def measure_variable(version: MeasureVersion, kind: ValueType) -> Variable:
    """A measure version as a codebook describes its column; its type is what its rule gives."""
    return Variable(
        name=version.measure.name,
        type=kind,
        labels=version.labels or {"en": version.measure.name},
        universe=version.universe,
        level=Level(version.level),
        role=Role.DERIVED,
        codes=tuple(
            Code(value, entry.get("labels", {}))
            for entry in version.value_labels
            if (value := value_as(entry["value"], kind)) is not None
        ),
        unit=version.unit,
        note=version.definition,
    )


def value_as(value: Scalar, kind: ValueType) -> Scalar | None:
    """A labelled value as a column of this type holds it; None when it cannot occur there."""
    if kind.is_number:
        if isinstance(value, str) or (kind is ValueType.INTEGER and value != int(value)):
            return None
        return int(value) if kind is ValueType.INTEGER else float(value)
    return str(value)


def study_wave_versions(study: Study) -> list[WaveVersion]:
    """The latest version of each wave of the study that has data, the newest wave first."""
    versions = WaveVersion.objects.filter(wave__study=study).select_related("wave__study", "data")
    latest = {version.wave_id: version for version in versions.order_by("number")}
    return sorted(latest.values(), key=lambda v: v.wave.place, reverse=True)
