"""What a rule may speak of: items, earlier measures, sets of items and context tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from surveys.core.codebook import Code, Labels, MissingRule, Scalar, ValueType, Variable
from surveys.core.problems import Problem

CodeMap = tuple[tuple[Scalar, Scalar | None], ...]  # (source code, harmonised code; None: no counterpart)


@dataclass(frozen=True)
class ContextTable:
    """Facts per group: ``columns[0]`` is the key, ``rows`` follow the order of ``columns``."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Scalar | None, ...], ...]

    def is_text(self, column: str) -> bool:
        """Whether the column holds text; a column of numbers and texts mixed counts as text."""
        return any(isinstance(value, str) for _, value in self.pairs(column))

    def pairs(self, column: str) -> list[tuple[Scalar | None, Scalar | None]]:
        """Each key with what stands beside it in the column."""
        at = self.columns.index(column)
        return [(row[0], row[at]) for row in self.rows]


@dataclass(frozen=True)
class Scope:
    """The names a rule is checked against.

    ``items`` holds each item as the study means it (codes after the crosswalk, missing rules after it);
    ``measures`` the earlier measures of the same dataset, as variables with their type and value labels;
    ``sets`` multiple-response sets and batteries by name; ``reasons`` the study's own words for absences;
    ``unreadable`` items that cannot be used, each with what is wrong.
    """

    items: Mapping[str, Variable] = field(default_factory=dict)
    measures: Mapping[str, Variable] = field(default_factory=dict)
    contexts: Mapping[str, ContextTable] = field(default_factory=dict)
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    unreadable: Mapping[str, Problem] = field(default_factory=dict)

    def variable(self, name: str) -> Variable | None:
        """The item or earlier measure called ``name``; an earlier measure hides an item of the same name."""
        return self.measures.get(name) or self.items.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.measures, *self.items)


def harmonised(
    variable: Variable,
    code_map: CodeMap,
    name: str = "",
    known: Mapping[Scalar, Labels] = MappingProxyType({}),
    answers: frozenset[Scalar] = frozenset(),
) -> Variable:
    """A wave's variable as the item speaks of it: its codes mapped, its name the item's.

    Codes without a counterpart disappear (their cells become ``out_of_range``).  A mapped code means what
    the item says: its labels are those of ``known``, from a wave that has the item's own codes; failing
    that, those of the first source code that is mapped to it.  Codes of ``known`` that nothing is mapped to
    stay words of the item, which do not occur in this wave.  Limits speak of the wave's own codes and go; so
    does what the wave declares missing where the item has that code for an answer.
    """
    name = name or variable.name
    if not code_map:
        return replace(variable, name=name, missing=_without(variable.missing, answers))
    labels = {code.value: code.labels for code in variable.codes}
    codes: dict[Scalar, Code] = {}
    for source, target in code_map:
        if target is not None and target not in codes:
            codes[target] = Code(target, known.get(target) or labels.get(source, {}))
    kind = mapped_type(variable.type, code_map)
    for value, words in known.items():
        if isinstance(value, str) == (kind is ValueType.TEXT):
            codes.setdefault(value, Code(value, words))
    missing = _without(variable.missing, {*codes, *answers})
    return replace(variable, name=name, codes=tuple(codes.values()), type=kind, limits=None, missing=missing)


def _without(missing: tuple[MissingRule, ...], answers: Iterable[Scalar]) -> tuple[MissingRule, ...]:
    """The rules that speak of none of the ``answers`` that the item has."""
    codes = list(answers)
    return tuple(rule for rule in missing if not any(rule.covers(code) for code in codes))


def mapped_type(source: ValueType, code_map: CodeMap) -> ValueType:
    """The type of an item whose source codes are mapped: that of the harmonised codes."""
    targets = [target for _, target in code_map if target is not None]
    if not targets:
        return source
    if any(isinstance(target, str) for target in targets):
        return ValueType.TEXT
    return ValueType.INTEGER if all(isinstance(target, int) for target in targets) else ValueType.DECIMAL
