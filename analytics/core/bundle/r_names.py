"""What our terms are called in R: names of columns that R can take, formulas, and coefficients."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

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
from analytics.core.frame import level_label, level_text
from surveys.core.codebook import Level, Scalar, ValueType
from surveys.core.codebook import Variable as Described

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_RESERVED = frozenset(
    ("if", "else", "repeat", "while", "function", "for", "next", "break", "in", "TRUE", "FALSE", "NULL", "NA",
     "Inf", "NaN", "d", "ln", "center", "coded", "text", "groups", "in_group", "of_group")
)  # fmt: skip


class Names:
    """The columns of a bundle as R takes them; one that R could not write is called by its place."""

    def __init__(self, described: Mapping[str, Described]) -> None:
        self.described = described
        self._alias: dict[str, str] = {}
        taken = set(described)
        for place, name in enumerate(described, start=1):
            fits = _PLAIN.fullmatch(name) and name not in _RESERVED
            alias = name if fits else f"v{place}"
            while not fits and alias in taken:
                alias += "_"
            taken.add(alias)
            self._alias[name] = alias
        self._coded: dict[str, str] = {}
        self._taken = taken

    def alias(self, name: str) -> str:
        """What the column ``name`` is called in the script."""
        return self._alias[name]

    def code(self, name: str, wanted: Scalar) -> str:
        """The code of ``name`` that is meant, given as itself or by one of its labels."""
        codes = self.described[name].codes
        if any(code.value == wanted or level_text(code.value) == str(wanted) for code in codes):
            return level_text(wanted)
        meant = [code.value for code in codes if str(wanted) in code.labels.values()]
        return level_text(meant[0]) if len(meant) == 1 else level_text(wanted)

    def code_called(self, name: str, label: str) -> str:
        """The code of ``name`` that tables call ``label``; the text itself where no one code is."""
        variable = self.described[name]
        meant = [code.value for code in variable.codes if level_label(variable, code.value) == label]
        return level_text(meant[0]) if len(meant) == 1 else label

    @property
    def renamed(self) -> list[tuple[int, str, str]]:
        """(place from 1, name, alias) of every column that has another name in the script."""
        return [
            (place, name, alias)
            for place, (name, alias) in enumerate(self._alias.items(), start=1)
            if name != alias
        ]

    def is_factor(self, atom: Atom) -> bool:
        """As in a frame: texts, and nominal codes with labels unless they are 0 and 1."""
        if isinstance(atom, Factor):
            return True
        variable = self.described[leaf(atom).name]
        codes = {code.value for code in variable.codes}
        is_nominal = variable.level is Level.NOMINAL and bool(codes) and not codes <= {0, 1}
        return variable.type is ValueType.TEXT or is_nominal

    def coded(self, atom: Variable | Factor) -> str:
        """The column that holds a factor as the formula codes it, beside the one it is made of.

        Each way of coding has its own: ``job`` and ``C(job, ref=2)`` may stand in one formula.
        """
        if atom.text not in self._coded:
            alias = f"{self.alias(atom.name)}.f"
            while alias in self._taken:
                alias += "f"
            self._taken.add(alias)
            self._coded[atom.text] = alias
        return self._coded[atom.text]

    def atom(self, atom: Numeric | Atom) -> str:
        """An atom of a formula in R; ``ln``, ``center`` and those of groups are functions of the script."""
        if isinstance(atom, Variable | Factor):
            return self.coded(atom) if self.is_factor(atom) else self.alias(atom.name)
        inner = self.atom(atom.of)
        if isinstance(atom, Log):
            return f"ln({inner})"
        if isinstance(atom, Center):
            return f"center({inner})"
        if isinstance(atom, Within | GroupMean):
            return f"in_group({inner})" if isinstance(atom, Within) else f"of_group({inner})"
        return f"I({inner}^{atom.exponent})"

    def formula(self, formula: Formula, outcome: str, more: str = "") -> str:
        """The formula in R; ``more`` is added to its right side."""
        right = [":".join(map(self.atom, term.atoms)) for term in formula.terms]
        right = ([] if formula.intercept else ["0"]) + right + ([more] if more else [])
        return f"{outcome} ~ {' + '.join(right) or '1'}"

    def of_columns(self, formula: Formula, columns: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """Our name of every column of a design -> the sorted form of R's."""
        terms = {term.text: term for term in formula.terms}
        found = {INTERCEPT: INTERCEPT}
        for column in columns:
            if column["name"] != INTERCEPT:
                parts = self._parts(terms[column["term"]], column["name"])
                found[column["name"]] = in_order("".join(part) for part in parts)
        return found

    def of_numbers(self, formula: Formula) -> dict[str, str]:
        """Our name of every column that terms of numbers alone make -> the sorted form of R's."""
        return {
            ":".join(map(_plain, term.atoms)): in_order(map(self.atom, term.atoms))
            for term in formula.terms
            if not any(map(self.is_factor, term.atoms))
        }

    def slopes(self, random: Formula | None, groups: str) -> str:
        """The random part of a model in R."""
        terms = [":".join(map(self.atom, term.atoms)) for term in random.terms] if random else []
        return f"({' + '.join(['1', *terms])} | {self.alias(groups)})"

    def levels(
        self, formula: Formula, columns: Iterable[Mapping[str, Any]]
    ) -> dict[Variable | Factor, list[str]]:
        """Factor -> its levels that have coefficients, those of its main effect where it has one."""
        terms = {term.text: term for term in formula.terms}
        own: dict[Variable | Factor, list[str]] = {}
        crossed: dict[Variable | Factor, list[str]] = {}
        for column in columns:
            term = terms.get(column["term"])
            if term is None:
                continue
            for atom, (_, level) in zip(term.atoms, self._parts(term, column["name"]), strict=True):
                if self.is_factor(atom):
                    into = own if term.degree == 1 else crossed
                    into.setdefault(leaf(atom), []).append(level)
        return {name: list(dict.fromkeys(own.get(name) or crossed[name])) for name in {**own, **crossed}}

    def _parts(self, term: Term, name: str) -> list[tuple[str, str]]:
        """(atom in R, level) of each atom of a column's name."""
        pattern = ":".join(
            rf"{re.escape(_plain(atom))}\[(.*)\]" if self.is_factor(atom) else re.escape(_plain(atom))
            for atom in term.atoms
        )
        match = re.fullmatch(pattern, name, re.DOTALL)
        assert match is not None, "a column is named after its term"
        levels = iter(match.groups())
        return [(self.atom(atom), next(levels) if self.is_factor(atom) else "") for atom in term.atoms]


def in_order(parts: Iterable[str]) -> str:
    """The parts of a product sorted, so that ``a:b`` and ``b:a`` are one."""
    return ":".join(sorted(":".join(parts).split(":")))


def in_quotes(text: str) -> str:
    """A text as R writes it; everything but plain ASCII as an escape."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(one: str) -> str:
    if one in '"\\':
        return f"\\{one}"
    if " " <= one <= "~":
        return one
    return f"\\U{ord(one):08X}"


def _plain(atom: Atom) -> str:
    if isinstance(atom, Factor):
        return Factor(atom.name).plain
    return atom.text.replace("`", "")
