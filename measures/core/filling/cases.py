"""The form of conditions in order: item, operator, value, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from measures.core.filling.pieces import (
    Collected,
    Unfit,
    codes_text,
    keywords_of,
    name_text,
    value_text,
)
from measures.core.language.nodes import (
    Between,
    Binary,
    Call,
    Keyword,
    Listing,
    Membership,
    Name,
    Node,
    Text,
    Unary,
)
from surveys.core.said import say

COMPARED = ("==", "!=", "<", "<=", ">", ">=")
LISTED = ("in", "not in")
MISSING = ("missing", "not missing")  # the value names reasons, or none for any
HOLDS = "holds"  # an item coded 0/1 is its own condition
OPERATORS = (*COMPARED, *LISTED, "between", *MISSING, HOLDS)


@dataclass(frozen=True)
class Asked:
    """One condition on one item."""

    item: str = ""
    operator: str = "=="
    value: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.item.strip() or self.value.strip())

    def node(self, told: Collected, where: str) -> Node:
        item = told.name(self.item, where)
        if self.operator in COMPARED:
            return Binary(self.operator, item, told.value(self.value, where))
        if self.operator in LISTED:
            return Membership(item, told.codes(self.value, where), self.operator == "not in")
        if self.operator == "between":
            ends = told.codes(self.value, where)
            if len(ends) != 2:
                told.problem("two_ends", "Between needs two numbers.", where, hint="Write them as in 1, 4.")
                return item
            return Between(item, ends[0], ends[1], False)
        if self.operator in MISSING:
            reasons = tuple(Text(word) for word in self.value.replace(",", " ").replace("，", " ").split())
            is_missing = Call("is_missing", (item, *reasons))
            return is_missing if self.operator == "missing" else Unary("not", is_missing)
        if self.operator != HOLDS:
            told.problem(
                "unknown_form", say("There is no operator {operator}.", operator=self.operator), where
            )
        return item

    @classmethod
    def of(cls, node: Node) -> Asked:
        match node:
            case Name(name=name):
                return cls(name, HOLDS)
            case Binary(operator=operator, left=Name(name=name), right=value) if operator in COMPARED:
                return cls(name, operator, value_text(value))
            case Membership(operand=Name(name=name), options=codes, is_negated=negated):
                return cls(name, LISTED[negated], codes_text(codes))
            case Between(operand=Name(name=name), low=low, high=high, is_negated=False):
                return cls(name, "between", codes_text((low, high)))
            case Unary(operator="not", operand=Call() as call):
                return cls(*_missing(call, "not missing"))
            case Call():
                return cls(*_missing(node, "missing"))
        raise Unfit


def _missing(node: Call, operator: str) -> tuple[str, str, str]:
    if node.function != "is_missing" or node.keywords:
        raise Unfit
    reasons = [one.value for one in node.arguments[1:] if isinstance(one, Text)]
    if len(reasons) < len(node.arguments) - 1 or any(set(word) & set(" ,，") for word in reasons):
        raise Unfit
    return name_text(node.arguments[0]), operator, ", ".join(reasons)


@dataclass(frozen=True)
class Line:
    """A value, and the conditions that must all hold for it."""

    asked: tuple[Asked, ...] = ()
    to: str = ""


@dataclass(frozen=True)
class Choosing:
    """The first line whose conditions hold gives the value; ``otherwise`` may be empty."""

    lines: tuple[Line, ...] = ()
    otherwise: str = ""

    def node(self) -> Node:
        told = Collected()
        pairs: list[Node] = []
        for number, line in enumerate(self.lines, 1):
            asked = [one for one in line.asked if not one.is_blank]
            if asked or line.to.strip():
                where = say("line {line}", line=number)
                pairs.append(Listing((_all(asked or [Asked()], told, where), told.value(line.to, where))))
        if not pairs:
            told.problem("no_conditions", "No condition is written yet.")
        keywords: tuple[Keyword, ...] = ()
        if self.otherwise.strip():
            keywords = (Keyword("otherwise", told.value(self.otherwise, say("otherwise"))),)
        told.done()
        return Call("case", tuple(pairs), keywords)

    @classmethod
    def of(cls, node: Node) -> Choosing:
        if not isinstance(node, Call) or node.function != "case":
            raise Unfit
        otherwise = keywords_of(node, "otherwise").get("otherwise")
        return cls(tuple(map(_line, node.arguments)), value_text(otherwise) if otherwise else "")


def _all(asked: list[Asked], told: Collected, where: str) -> Node:
    found, *rest = (one.node(told, where) for one in asked)
    for one in rest:
        found = Binary("and", found, one)
    return found


def _line(node: Node) -> Line:
    match node:
        case Listing(members=(condition, value)):
            return Line(tuple(Asked.of(one) for one in _conjuncts(condition)), value_text(value))
    raise Unfit


def _conjuncts(node: Node) -> list[Node]:
    found: list[Node] = []
    while isinstance(node, Binary) and node.operator == "and":
        found.insert(0, node.right)
        node = node.left
    return [node, *found]
