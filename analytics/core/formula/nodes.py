"""What a formula says, as frozen nodes: atoms, terms (products of atoms) and the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Position = tuple[int, int]  # (start, end) in characters of the formula's text

INTERCEPT = "(Intercept)"
_NO_POSITION: Position = (0, 0)


@dataclass(frozen=True)
class Variable:
    """A column under its own name; numbers enter as they are, texts and nominal codes as factors."""

    name: str
    position: Position = field(default=_NO_POSITION, compare=False)

    @property
    def text(self) -> str:
        return quoted(self.name)

    @property
    def plain(self) -> str:
        return self.name


@dataclass(frozen=True)
class Factor:
    """``C(x)``: one indicator per level but the reference; ``ref`` is a code or a label, None the first."""

    name: str
    ref: str | float | None = None
    position: Position = field(default=_NO_POSITION, compare=False)

    @property
    def text(self) -> str:
        reference = "" if self.ref is None else f", ref={_literal(self.ref)}"
        return f"C({quoted(self.name)}{reference})"

    @property
    def plain(self) -> str:
        return f"C({self.name})"


@dataclass(frozen=True)
class Log:
    """``ln(x)``: natural logarithm; rows that are not positive are lost and counted."""

    of: Variable
    position: Position = field(default=_NO_POSITION, compare=False)

    @property
    def text(self) -> str:
        return f"ln({self.of.text})"

    @property
    def plain(self) -> str:
        return f"ln({self.of.plain})"


@dataclass(frozen=True)
class Center:
    """``center(x)``: x less its mean over the rows the model uses."""

    of: Numeric
    position: Position = field(default=_NO_POSITION, compare=False)

    @property
    def text(self) -> str:
        return f"center({self.of.text})"

    @property
    def plain(self) -> str:
        """The name without the centring: a centred moderator stands in the row of the moderator."""
        return self.of.plain


@dataclass(frozen=True)
class Within:
    """``within(x)``: x less the mean of its group, of the model's groups, over the rows the model uses."""

    of: Numeric
    position: Position = field(default=_NO_POSITION, compare=False)

    @property
    def text(self) -> str:
        return f"within({self.of.text})"

    @property
    def plain(self) -> str:
        """A row of its own: no constant makes up for what was taken away."""
        return f"within({self.of.plain})"


@dataclass(frozen=True)
class GroupMean:
    """``group_mean(x)``: the mean of x in the row's group, over the rows the model uses."""

    of: Numeric
    position: Position = field(default=_NO_POSITION, compare=False)

    @property
    def text(self) -> str:
        return f"group_mean({self.of.text})"

    @property
    def plain(self) -> str:
        return f"group_mean({self.of.plain})"


@dataclass(frozen=True)
class Power:
    """``I(x^n)`` with a whole n from 2 to 5."""

    of: Numeric
    exponent: int
    position: Position = field(default=_NO_POSITION, compare=False)

    @property
    def text(self) -> str:
        return f"I({self.of.text}^{self.exponent})"

    @property
    def plain(self) -> str:
        return f"I({self.of.plain}^{self.exponent})"


Numeric = Variable | Log | Center | Within | GroupMean | Power
Atom = Variable | Factor | Log | Center | Within | GroupMean | Power


@dataclass(frozen=True)
class Term:
    """A product of atoms: one atom is a main effect, several an interaction."""

    atoms: tuple[Atom, ...]

    @property
    def text(self) -> str:
        return ":".join(atom.text for atom in self.atoms)

    @property
    def plain(self) -> str:
        return ":".join(atom.plain for atom in self.atoms)

    @property
    def degree(self) -> int:
        return len(self.atoms)

    @property
    def key(self) -> frozenset[Atom]:
        """What makes two terms the same: ``a:b`` is ``b:a``."""
        return frozenset(self.atoms)


@dataclass(frozen=True)
class Formula:
    """``outcome ~ terms``; valid from birth: no term twice, main effects before products."""

    terms: tuple[Term, ...]
    intercept: bool = True
    outcome: Numeric | None = None

    @property
    def text(self) -> str:
        right = [term.text for term in self.terms]
        if not self.intercept:
            right = ["0", *right]
        left = f"{self.outcome.text} ~ " if self.outcome is not None else ""
        return left + (" + ".join(right) or "1")

    @property
    def atoms(self) -> Iterator[Atom]:
        """Every atom of the outcome and the terms, in the order of the text; may repeat."""
        if self.outcome is not None:
            yield self.outcome
        for term in self.terms:
            yield from term.atoms

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the columns the formula reads, outcome first, each once."""
        return tuple(dict.fromkeys(leaf(atom).name for atom in self.atoms))


def leaf(atom: Atom) -> Variable | Factor:
    """The variable at the bottom of nested functions."""
    while not isinstance(atom, Variable | Factor):
        atom = atom.of
    return atom


def centred(
    formula: Formula, names: frozenset[str], within: frozenset[str] = frozenset(), *, with_means: bool = True
) -> Formula:
    """The formula with each variable in ``names`` centred, in main effects and in products alike.

    What enters is centred: ``x`` and ``ln(x)`` become ``center(x)`` and ``center(ln(x))``; a power is taken
    of what was centred before.  Terms that become the same are one.  Variables in ``within`` are centred on
    the means of the groups, and what was taken away enters as a term of its own, ``group_mean(x)``.
    """
    means: dict[frozenset[Atom], Term] = {}

    def replaced(atom: Numeric) -> Numeric:
        name = leaf(atom).name
        if name not in names | within or isinstance(atom, Center | Within | GroupMean):
            return atom
        if isinstance(atom, Power):
            return Power(replaced(atom.of), atom.exponent, atom.position)
        if name in within:
            mean = Term((GroupMean(atom, atom.position),))
            means.setdefault(mean.key, mean)
            return Within(atom, atom.position)
        return Center(atom, atom.position)

    terms: dict[frozenset[Atom], Term] = {}
    for term in formula.terms:
        made = Term(tuple(atom if isinstance(atom, Factor) else replaced(atom) for atom in term.atoms))
        terms.setdefault(made.key, made)
    if with_means:
        terms = means_last(terms, means)
    return Formula(tuple(terms.values()), formula.intercept, formula.outcome)


def means_last(
    terms: dict[frozenset[Atom], Term], means: dict[frozenset[Atom], Term]
) -> dict[frozenset[Atom], Term]:
    """The terms with those of the group means after the main effects and before the products."""
    merged = {**terms, **{key: term for key, term in means.items() if key not in terms}}
    return dict(sorted(merged.items(), key=lambda item: item[1].degree))


def by_group(formula: Formula) -> Iterator[Within | GroupMean]:
    """The atoms that need to know of groups."""
    for atom in formula.atoms:
        inner: Atom = atom
        while not isinstance(inner, Variable | Factor):
            if isinstance(inner, Within | GroupMean):
                yield inner
            inner = inner.of


def quoted(name: str) -> str:
    """A name as the formula language writes it: in backticks unless it is plain ASCII."""
    plain = name.isascii() and name.replace(".", "_").isidentifier()
    return name if plain else f"`{name}`"


def _literal(value: str | float) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{value:g}"
