"""From a formula's text to its nodes, with the position of everything that is wrong."""

from __future__ import annotations

import itertools
import re
from functools import cache, lru_cache
from typing import Any, NoReturn, cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from analytics.core.formula.grammar import GRAMMAR
from analytics.core.formula.nodes import (
    Atom,
    Center,
    Factor,
    Formula,
    GroupMean,
    Log,
    Numeric,
    Position,
    Power,
    Term,
    Variable,
    Within,
)
from surveys.core.problems import Refused, near_misses, refuse
from surveys.core.said import say

MAX_LENGTH = 4000
MAX_TERMS = 400
MAX_DEPTH = 6
MAX_PRODUCT = 4  # atoms in one product
FUNCTIONS = ("C", "I", "center", "group_mean", "ln", "within")

KNOWN = (
    "A formula knows + : * C(x) C(x, ref=“b”) I(x^2) center(x) within(x) group_mean(x) ln(x) 1 0, and names "
    "in `backticks`."
)
_HINTS = {
    "|": say("Random intercepts are named in “groups:”, not in the formula."),
    "-": say("To leave the constant out write 0; to leave a variable out do not name it."),
    "^": say("A power is written I(x^2)."),
    "/": say("Nesting is not part of the language; write a + a:b."),
    "%": say("Nesting is not part of the language; write a + a:b."),
    "=": say("An outcome stands before ~."),
    "`": say("A name in backticks ends with a backtick."),
    "(": say("Parentheses only follow C, I, center, within, group_mean and ln."),
}


@lru_cache(maxsize=256)  # many models of one analysis are written alike; what is refused is not kept
def parse(text: str) -> Formula:
    """The formula that ``text`` writes; the outcome may be left out (blocks of a series).

    Raises Refused with the position of what cannot be read.  No name is looked up here.
    """
    if len(text) > MAX_LENGTH:
        raise refuse(
            "formula_too_long",
            say(
                "A formula may have {most:,} characters; this has {n:,}.",
                most=MAX_LENGTH,
                n=len(text),
            ),
        )
    if not text.strip():
        raise refuse(
            "formula_syntax", "The formula is empty.", position=(0, 0), hint="Write outcome ~ a + b."
        )
    try:
        _check_depth(text)
        return cast(Formula, _Builder().transform(_parser().parse(text)))
    except VisitError as error:
        if isinstance(error.orig_exc, Refused):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        _explain(text, error)


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", start="formula", propagate_positions=True)


def _check_depth(text: str) -> None:
    """Refuses deep nesting before anything recursive looks at the text."""
    depth = 0
    for match in re.finditer(r"`[^`]*`|\"[^\"]*\"|'[^']*'|[()]", text):
        depth += {"(": 1, ")": -1}.get(match.group(0), 0)
        if depth > MAX_DEPTH:
            at = (match.start(), match.end())
            raise refuse(
                "formula_depth",
                say("Functions may stand {most} deep.", most=MAX_DEPTH),
                position=at,
            )


def _explain(text: str, error: UnexpectedInput) -> NoReturn:
    if isinstance(error, UnexpectedEOF) or (
        isinstance(error, UnexpectedToken) and error.token.type == "$END"
    ):
        end = len(text)
        raise refuse(
            "formula_syntax", "The formula ends too early.", position=(end, end), hint=KNOWN
        ) from None
    start = error.pos_in_stream or 0
    found = text[start]
    end = start + 1
    if isinstance(error, UnexpectedToken):
        found, end = str(error.token), start + len(error.token)
    _explain_call(text, start)
    if isinstance(error, UnexpectedCharacters) and not found.isascii() and found.isalpha():
        run = re.match(r"\w+", text[start:])
        name = run.group(0) if run else found
        raise refuse(
            "formula_syntax",
            say("“{name}” has letters outside ASCII.", name=name),
            position=(start, start + len(name)),
            hint=say("Write it in backticks: `{name}`.", name=name),
        ) from None
    raise refuse(
        "formula_syntax",
        say("“{found}” cannot stand at character {start}.", found=found, start=start + 1),
        position=(start, end),
        hint=_HINTS["|"] if "|" in text else _HINTS.get(found[:1], KNOWN),
    ) from None


def _explain_call(text: str, start: int) -> None:
    """A parenthesis after a name that is no function of the language: say which functions there are."""
    before = re.search(r"([A-Za-z_][\w.]*)\s*$", text[:start])
    if text[start] == "(" and before is not None:
        name = before.group(1)
        aliases = {"log": ("ln",), "factor": ("C",), "scale": ("center",), "poly": ("I",), "c": ("C",)}
        raise refuse(
            "unknown_function",
            say("There is no function {name}() in formulas.", name=name),
            position=(before.start(1), before.end(1)),
            near=aliases.get(name.lower()) or near_misses(name, FUNCTIONS),
            hint=KNOWN,
        ) from None


@v_args(meta=True)
class _Builder(Transformer[Token, Any]):
    """Turns the parser's productions into nodes, from the leaves up."""

    def name(self, meta: Any, children: list[Token]) -> tuple[str, Position]:
        token = children[0]
        plain = str(token).strip("`") if token.type == "QUOTED_NAME" else str(token)
        return plain, (meta.start_pos, meta.end_pos)

    def level(self, meta: Any, children: list[Token]) -> str | float:
        token = children[0]
        if token.type == "STRING":
            return re.sub(r"\\(.)", r"\1", str(token)[1:-1])
        return float(token)

    def variable(self, meta: Any, children: list[Any]) -> Variable:
        return Variable(*children[0])

    def factor(self, meta: Any, children: list[Any]) -> Factor:
        name, _ = children[1]
        return Factor(name, children[3] if len(children) > 3 else None, (meta.start_pos, meta.end_pos))

    def log(self, meta: Any, children: list[Any]) -> Log:
        return Log(children[1], (meta.start_pos, meta.end_pos))

    def center(self, meta: Any, children: list[Any]) -> Center:
        return Center(children[1], (meta.start_pos, meta.end_pos))

    def within(self, meta: Any, children: list[Any]) -> Within:
        return Within(children[1], (meta.start_pos, meta.end_pos))

    def group_mean(self, meta: Any, children: list[Any]) -> GroupMean:
        return GroupMean(children[1], (meta.start_pos, meta.end_pos))

    def power(self, meta: Any, children: list[Any]) -> Power:
        exponent, at = int(children[2]), (meta.start_pos, meta.end_pos)
        if not 2 <= exponent <= 5:
            raise refuse("formula_power", "A power is a whole number from 2 to 5.", position=at)
        return Power(children[1], exponent, at)

    def interaction(self, meta: Any, children: list[Atom]) -> Term:
        return _product(children)

    def cross(self, meta: Any, children: list[Term]) -> list[Term]:
        """``a*b`` is a + b + a:b: the product of every subset, small ones first."""
        if len(children) > MAX_PRODUCT:
            raise refuse(
                "formula_product",
                say(
                    "A product may have {most} parts; this has {n}.",
                    most=MAX_PRODUCT,
                    n=len(children),
                ),
                position=(meta.start_pos, meta.end_pos),
            )
        subsets = (
            chosen
            for size in range(1, len(children) + 1)
            for chosen in itertools.combinations(children, size)
        )
        return [_product([atom for term in chosen for atom in term.atoms]) for chosen in subsets]

    def one(self, meta: Any, children: list[Any]) -> bool:
        return True

    def zero(self, meta: Any, children: list[Any]) -> bool:
        return False

    def sum(self, meta: Any, children: list[bool | list[Term]]) -> tuple[list[Term], bool]:
        constants = {child for child in children if isinstance(child, bool)}
        if len(constants) > 1:
            at = (meta.start_pos, meta.end_pos)
            raise refuse("formula_constant", "The formula asks for the constant and forbids it.", position=at)
        terms = [term for child in children if isinstance(child, list) for term in child]
        return terms, constants != {False}

    def outcome(self, meta: Any, children: list[Numeric]) -> Numeric:
        return children[0]

    def formula(self, meta: Any, children: list[Any]) -> Formula:
        terms, intercept = children[-1]
        return assemble(terms, intercept, children[0] if len(children) > 1 else None)


def _product(atoms: list[Atom]) -> Term:
    distinct = tuple(dict.fromkeys(atoms))
    if len(distinct) > MAX_PRODUCT:
        at = (distinct[0].position[0], distinct[-1].position[1])
        raise refuse(
            "formula_product",
            say("A product may have {most} parts.", most=MAX_PRODUCT),
            position=at,
        )
    return Term(distinct)


def assemble(terms: list[Term], intercept: bool = True, outcome: Numeric | None = None) -> Formula:
    """A formula of these terms: repeated ones once, main effects before products, as R orders them."""
    unique: dict[frozenset[Atom], Term] = {}
    for term in terms:
        unique.setdefault(term.key, term)
    if len(unique) > MAX_TERMS:
        raise refuse(
            "formula_too_long",
            say("A formula may have {most} terms; this has {n}.", most=MAX_TERMS, n=len(unique)),
        )
    ordered = sorted(unique.values(), key=lambda term: term.degree)
    return Formula(tuple(ordered), intercept, outcome)
