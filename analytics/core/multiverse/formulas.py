"""What an alternative does to a formula: another outcome, terms more or less, variables swapped or cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from analytics.core.formula import (
    Atom,
    Center,
    Factor,
    Formula,
    GroupMean,
    Numeric,
    Term,
    Variable,
    Within,
    assemble,
    leaf,
)
from surveys.core.problems import refuse
from surveys.core.said import say


def with_terms(formula: Formula, added: Sequence[Term]) -> Formula:
    """The formula with more terms; those it has already stay single."""
    return assemble([*formula.terms, *added], formula.intercept, formula.outcome)


def without_terms(formula: Formula, dropped: Sequence[Term]) -> Formula:
    """The formula with terms less; refused for a term that it does not have."""
    gone, there = {term.key for term in dropped}, {term.key for term in formula.terms}
    for term in dropped:
        if term.key not in there:
            raise refuse("bad_field", say("The formula has no term {term} to drop.", term=term.text))
    return replace(formula, terms=tuple(term for term in formula.terms if term.key not in gone))


def renamed(formula: Formula, names: Mapping[str, str]) -> Formula:
    """The formula with every variable of ``names`` called by its new name, outcome and products too."""
    terms = [Term(tuple(_atom(atom, names) for atom in term.atoms)) for term in formula.terms]
    outcome = formula.outcome
    return assemble(terms, formula.intercept, _number(outcome, names) if outcome is not None else None)


def require_named(formula: Formula, names: Iterable[str], what: str) -> None:
    """Refused unless the formula has every one of ``names``; ``what`` says where they were written."""
    for name in names:
        if name not in formula.variables:
            raise refuse("bad_field", say("The formula has no {name}, which “{what}” names.",
                                          name=name, what=what))  # fmt: skip


def require_no_curve(formula: Formula, name: str) -> None:
    """Refused where a variable to be cut stands in a log or a power: of 0 and 1 that says nothing."""
    plain = (Variable, Factor, Center, Within, GroupMean)
    for atom in formula.atoms:
        inner = atom
        while not isinstance(inner, Variable | Factor):
            if leaf(atom).name == name and not isinstance(inner, plain):
                raise refuse("bad_field", say("{name} is cut into 0 and 1, and {text} is taken of it.",
                                              name=name, text=atom.text))  # fmt: skip
            inner = inner.of


def _atom(atom: Atom, names: Mapping[str, str]) -> Atom:
    if isinstance(atom, Factor):
        return replace(atom, name=names.get(atom.name, atom.name))
    return _number(atom, names)


def _number(atom: Numeric, names: Mapping[str, str]) -> Numeric:
    if isinstance(atom, Variable):
        return replace(atom, name=names.get(atom.name, atom.name))
    return replace(atom, of=_number(atom.of, names))  # type: ignore[arg-type]  # a log is of a variable
