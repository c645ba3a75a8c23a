"""From a formula and columns to the matrix a model is fitted on, with a name for every column of it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.core.formula import (
    INTERCEPT,
    Atom,
    Center,
    Factor,
    Formula,
    GroupMean,
    Log,
    Numeric,
    Term,
    Variable,
    Within,
    leaf,
)
from analytics.core.frame import (
    MAX_LEVELS,
    Column,
    Frame,
    Mask,
    Numbers,
    find_level,
    level_label,
    level_text,
    levels_used,
)
from analytics.core.sample import Sample, transformed
from surveys.core.codebook import Scalar
from surveys.core.problems import Problem, Refused
from surveys.core.said import alternatives, say

Labels = Mapping[str, str]
Made = tuple[Atom, Scalar | None]  # an atom, and which level of it where it is a factor
LANGUAGES = ("en", "zh")
WITHIN = {"en": "{} (within groups)", "zh": "{}（组内）"}
GROUP_MEAN = {"en": "{} (mean of the group)", "zh": "{}（组均值）"}


@dataclass(frozen=True)
class DesignColumn:
    """One column: ``name`` as the estimates call it, ``key`` its row in a table (centring left out)."""

    name: str
    key: str
    term: str
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True)
class Design:
    """``matrix``: rows used x columns; ``outcome``: rows used; ``groups``: whole numbers from 0, rows used.

    ``means`` holds what centring took away, ``references`` the label of each factor's reference and ``bases``
    its code by variable; ``made_of`` says of every column which atoms, and levels of factors, it multiplies.
    """

    columns: tuple[DesignColumn, ...]
    matrix: Numbers
    outcome: Numbers
    groups: npt.NDArray[np.intp] | None = None
    group_levels: tuple[str, ...] = ()
    means: Mapping[str, float] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, Scalar] = field(default_factory=dict)
    made_of: tuple[tuple[Made, ...], ...] = ()
    categories: tuple[Scalar, ...] = ()  # of the outcome, where its numbers are places among them

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class _Part:
    """One column of one atom before products are taken: the ending of its name, its labels, its numbers."""

    name: str
    key: str
    labels: Labels
    numbers: Numbers
    made: Made


def build(
    formula: Formula,
    frame: Frame,
    sample: Sample,
    outcome: Numbers,
    groups: str = "",
    categories: tuple[Scalar, ...] = (),
) -> Design:
    """The design of ``formula`` on the rows of ``sample``; ``outcome`` is already cut to them.

    Factors are coded as in R: against a reference where the rest of the product is in the model, in full
    where it is not.  Raises Refused for levels that do not exist or are too many, all at once.
    """
    codes, levels = group_codes(frame[groups], sample.mask) if groups else (None, ())
    parts = _Parts(formula, frame, sample.mask, codes)
    terms = [(term, parts.of(term)) for term in formula.terms]
    if parts.problems:
        raise Refused(parts.problems.values())
    columns, blocks = [], []
    made_of: list[tuple[Made, ...]] = []
    if formula.intercept:
        made_of.append(())
        columns.append(DesignColumn(INTERCEPT, INTERCEPT, INTERCEPT, {"en": "Constant", "zh": "常数项"}))
        blocks.append(np.ones(sample.n))
    for term, factors in terms:
        for chosen in itertools.product(*factors):
            columns.append(_named(term, chosen))
            made_of.append(tuple(part.made for part in chosen))
            blocks.append(reduce(np.multiply, (part.numbers for part in chosen)))
    return Design(
        columns=tuple(columns),
        matrix=np.column_stack(blocks) if blocks else np.empty((sample.n, 0)),
        outcome=outcome,
        groups=codes,
        group_levels=levels,
        means=parts.means,
        references=parts.references,
        bases=parts.bases,
        made_of=tuple(made_of),
        categories=categories,
    )


def group_codes(column: Column, mask: Mask) -> tuple[npt.NDArray[np.intp], tuple[str, ...]]:
    """Whole numbers from 0 for the groups of the rows used, and what each group is called."""
    levels = levels_used(column, mask)
    order = {value: position for position, value in enumerate(levels)}
    values = column.values.filter(pl.Series(mask)).to_list()
    codes = np.fromiter((order[value] for value in values), dtype=np.intp, count=len(values))
    return codes, tuple(level_label(column.variable, value) for value in levels)


def binary_outcome(column: Column, sample: Sample, wanted: Scalar | None) -> Numbers:
    """1 where the outcome is the modelled value, else 0 (rows used).

    Raises Refused unless the rows used hold 0 and 1, or a pair whose modelled value ``wanted`` names.
    """
    name, used = column.variable.name, levels_used(column, sample.mask)
    if len(used) > 2:
        message = say(
            "The outcome {name} has {n} different values; a binary outcome is a pair.", name=name, n=len(used)
        )
        raise Refused(Problem("outcome_not_binary", message, hint="Derive a 0/1 measure from it first."))
    if len(used) < 2:
        message = say("The outcome {name} does not vary in the {n:,} rows used.", name=name, n=sample.n)
        raise Refused(Problem("outcome_constant", message))
    if wanted is None:
        if set(used) == {0, 1}:
            wanted = 1
        else:
            listed = alternatives(f"{level_text(v)} ({level_label(column.variable, v)})" for v in used)
            known = listed if column.variable.codes else say("one of its two values")
            message = say(
                "The outcome {name} is a pair other than 0 and 1; which value is modelled?", name=name
            )
            raise Refused(
                Problem("outcome_value", message, hint=say("Set outcome_value: {known}.", known=known))
            )
    level = find_level(column, wanted, used, "outcome_value")
    if isinstance(level, Problem):
        raise Refused(level)
    chosen = column.values.filter(pl.Series(sample.mask)) == level
    return chosen.cast(pl.Float64).to_numpy()


class _Parts:
    """The columns of each atom, computed once; collects means, references and problems on the way."""

    def __init__(
        self, formula: Formula, frame: Frame, mask: Mask, codes: npt.NDArray[np.intp] | None
    ) -> None:
        self.frame, self.mask, self.codes = frame, mask, codes
        self.margins = {frozenset(a.plain for a in term.atoms) for term in formula.terms}
        if formula.intercept:
            self.margins.add(frozenset())
        self.means: dict[str, float] = {}
        self.references: dict[str, str] = {}
        self.bases: dict[str, Scalar] = {}
        self.problems: dict[str, Problem] = {}
        self._levels: dict[Atom, tuple[Scalar, tuple[Scalar, ...]] | None] = {}

    def of(self, term: Term) -> list[list[_Part]]:
        """For each atom of a term its columns: one for a number, several for a factor."""
        return [self._atom(atom, term) for atom in term.atoms]

    def _atom(self, atom: Atom, term: Term) -> list[_Part]:
        column = self.frame[leaf(atom).name]
        if not isinstance(atom, Factor) and not column.is_factor:
            return [
                _Part(
                    atom.text.replace("`", ""),
                    atom.plain,
                    _worded(atom, _labels(column)),
                    transformed(atom, self.frame, self.mask, self.means, self.codes),
                    (atom, None),
                )
            ]
        known = self._known_levels(atom, column)
        if known is None:
            return []
        reference, levels = known
        self.bases.setdefault(column.variable.name, reference)
        rest = frozenset(other.plain for other in term.atoms if other != atom)
        if rest in self.margins:
            levels = tuple(level for level in levels if level != reference)
            self.references[atom.plain] = level_label(column.variable, reference)
        used = column.values.filter(pl.Series(self.mask))
        return [_indicator(atom, column, level, used) for level in levels]

    def _known_levels(self, atom: Atom, column: Column) -> tuple[Scalar, tuple[Scalar, ...]] | None:
        if atom not in self._levels:
            self._levels[atom] = self._find_levels(atom, column)
        return self._levels[atom]

    def _find_levels(self, atom: Atom, column: Column) -> tuple[Scalar, tuple[Scalar, ...]] | None:
        levels, name = levels_used(column, self.mask), column.variable.name
        if len(levels) > MAX_LEVELS:
            message = say(
                "{name} has {n:,} categories; a factor may have {most}.",
                name=name,
                n=len(levels),
                most=MAX_LEVELS,
            )
            self.problems[name] = Problem("too_many_levels", message, where="formula", position=atom.position)
            return None
        if not levels:
            return None
        wanted = atom.ref if isinstance(atom, Factor) else None
        found = levels[0] if wanted is None else find_level(column, wanted, levels, "formula")
        if isinstance(found, Problem):
            self.problems[atom.text] = found
            return None
        return found, levels


def _indicator(atom: Atom, column: Column, level: Scalar, used: pl.Series) -> _Part:
    ending = f"[{level_text(level)}]"
    labels = {
        language: f"{text}: {level_label(column.variable, level, language)}"
        for language, text in _labels(column).items()
    }
    plain = Factor(atom.name).plain if isinstance(atom, Factor) else atom.plain
    numbers = (used == level).cast(pl.Float64).to_numpy()
    return _Part(plain + ending, plain + ending, labels, numbers, (atom, level))


def _named(term: Term, chosen: tuple[_Part, ...]) -> DesignColumn:
    return DesignColumn(
        name=":".join(part.name for part in chosen),
        key=":".join(part.key for part in chosen),
        term=term.text,
        labels={language: " × ".join(part.labels[language] for part in chosen) for language in LANGUAGES},
    )


def _worded(atom: Numeric, labels: Labels) -> Labels:
    """Labels of a transformed variable; centring is told under the table, not in the row."""
    if isinstance(atom, Variable):
        return labels
    inner = _worded(atom.of, labels)
    if isinstance(atom, Center):
        return inner
    if isinstance(atom, Within | GroupMean):
        words = WITHIN if isinstance(atom, Within) else GROUP_MEAN
        return {language: words[language].format(text) for language, text in inner.items()}
    if isinstance(atom, Log):
        return {language: f"ln {text}" for language, text in inner.items()}
    return {language: f"{text}^{atom.exponent}" for language, text in inner.items()}


def _labels(column: Column) -> Labels:
    return {language: column.variable.label(language) for language in LANGUAGES}
