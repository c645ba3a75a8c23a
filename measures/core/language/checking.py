"""From what a rule says to what it means: names, labels, types and defaults resolved."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from measures.core.language import nodes as said
from measures.core.language.forms_of_factors import check_factors
from measures.core.language.function_types import Function, Gives, Takes
from measures.core.language.functions import FUNCTIONS, is_fitted
from measures.core.language.ground import Ground, family_of, kind_of, widest
from measures.core.language.labels import valid_codes
from measures.core.language.patterns import DAY_TEXT
from measures.core.language.scope import Scope
from measures.core.language.special_forms import FORMS
from measures.core.language.tree import (
    Apply,
    Checked,
    Column,
    Constant,
    Lookup,
    Member,
    Type,
    Typed,
    walk,
)
from surveys.core.codebook import Scalar
from surveys.core.problems import Problem, Refused, near_misses
from surveys.core.said import say

_ORDERING = ("<", "<=", ">", ">=")


def check(node: said.Node, scope: Scope) -> Checked:
    """The rule resolved against ``scope``; Refused with every mistake at once, each with its position."""
    checker = Checker(scope)
    root = checker.value(node)
    if root is None or checker.problems:
        ordered = sorted(dict.fromkeys(checker.problems), key=lambda problem: problem.position or (0, 0))
        raise Refused(ordered)
    parts = list(walk(root))
    columns = tuple(dict.fromkeys(part for part in parts if isinstance(part, Column)))
    if not columns:
        message = "The rule uses no item and no measure, so everybody would get the same."
        raise Refused(Problem("constant_rule", message, position=node.span))
    return Checked(
        root=root,
        source=node,
        scope=scope,
        items=tuple(column.name for column in columns if not column.is_measure),
        measures=tuple(column.name for column in columns if column.is_measure),
        contexts=tuple(dict.fromkeys((p.table, p.column) for p in parts if isinstance(p, Lookup))),
        is_data_dependent=any(is_fitted(p) for p in parts),
    )


class Checker(Ground):
    """Walks a rule once and collects every problem; a part with a problem resolves to None."""

    # What an expression is

    def value(self, node: said.Node) -> Typed | None:
        """Any expression."""
        match node:
            case said.Number(value=number):
                return Constant(Type.INTEGER if isinstance(number, int) else Type.DECIMAL, number)
            case said.Text(value=text):
                return Constant(Type.TEXT, text)
            case said.Name(name=name):
                return self._name(name, node)
            case said.Unary(operator="not"):
                return self._apply("not", Type.CONDITION, [self.condition(node.operand)])
            case said.Unary():
                return self._arithmetic("negate", [node.operand])
            case said.Binary(operator="and" | "or"):
                sides = [self.condition(node.left), self.condition(node.right)]
                return self._apply(node.operator, Type.CONDITION, sides)
            case said.Binary(operator="+" | "-" | "*" | "/"):
                return self._arithmetic(node.operator, [node.left, node.right])
            case said.Binary():
                return self._comparison(node)
            case said.Membership():
                return self._negated(self._membership(node), node.is_negated)
            case said.Between():
                return self._negated(self._between(node), node.is_negated)
            case said.Call():
                return self._call(node)
        self._misplaced(node)
        return None

    def number(self, node: said.Node) -> Typed | None:
        """An expression that must be a number; a condition counts as 1 or 0."""
        found = self.value(node)
        if found is None or found.type.is_number or found.type is Type.TIME:
            return found
        if found.type is Type.CONDITION:
            return Apply(Type.INTEGER, "number", (found,))
        self.problem(
            "not_a_number", say("{found} stands where a number is needed.", found=kind_of(found)), node
        )
        return None

    def condition(self, node: said.Node) -> Typed | None:
        """An expression that must be a condition; an item coded 0/1 is one."""
        found = self.value(node)
        if found is None or found.type is Type.CONDITION:
            return found
        if isinstance(found, Constant) or not found.type.is_number:
            message = say("{found} stands where a condition is needed.", found=kind_of(found))
            self.problem("not_a_condition", message, node, hint="Compare it with something, as in x == 1.")
            return None
        variable = self.variable_of(found)
        codes = valid_codes(variable) if variable else ()
        if variable and any(code.value not in (0, 1) for code in codes):
            listed = [code.value for code in codes[:6]]
            message = say(
                "{name} is not coded 0/1: it has the codes {codes}.", name=variable.name, codes=listed
            )
            self.problem(
                "not_a_condition",
                message,
                node,
                hint=say("Say which count: {name} == {code}.", name=variable.name, code=listed[0]),
            )
            return None
        return Apply(Type.CONDITION, "truth", (found,))

    # Calls

    def _call(self, node: said.Call) -> Typed | None:
        function = FUNCTIONS.get(node.function)
        if function is None:
            near = near_misses(node.function, FUNCTIONS)
            self.problem(
                "unknown_function",
                say("There is no function called {function}.", function=node.function),
                node,
                near=near,
            )
            for argument in node.arguments:
                if not isinstance(argument, said.Listing | said.Mapping | said.Path | said.Range):
                    self.value(argument)
            return None
        if function.takes is Takes.SPECIAL:
            return FORMS[node.function](self, node, function)
        arguments = self.expand(node.arguments)
        if not self.arity(node, function, len(arguments)):
            return None
        settings = self.settings(node, function.settings, len(arguments))
        if function.name == "factor_score":
            check_factors(self, node, dict(settings), len(arguments))
        take: Callable[[said.Node], Typed | None] = {
            Takes.CONDITIONS: self.condition,
            Takes.NUMBERS: self.number,
            Takes.DATE: self._date,
            Takes.DAY: self._day,
        }.get(function.takes, self.value)
        found = [take(argument) for argument in arguments]
        if any(part is None for part in found):
            return None
        typed = tuple(part for part in found if part is not None)
        if function.takes is Takes.SAME and (typed := self.unified(typed, node)) == ():
            return None
        return Apply(self._gives(function, typed, settings), node.function, typed, settings)

    def _gives(
        self, function: Function, typed: tuple[Typed, ...], settings: tuple[tuple[str, Scalar], ...]
    ) -> Type:
        if function.name == "round" and dict(settings).get("digits") == 0:
            return Type.INTEGER
        if function.gives is Gives.LIKE_ARGUMENTS:
            return widest([part.type for part in typed])
        return Type(function.gives.value)

    # Pieces

    def _apply(self, function: str, kind: Type, parts: list[Typed | None]) -> Typed | None:
        found = tuple(part for part in parts if part is not None)
        return Apply(kind, function, found) if len(found) == len(parts) else None

    def _negated(self, typed: Typed | None, is_negated: bool) -> Typed | None:
        return Apply(Type.CONDITION, "not", (typed,)) if typed is not None and is_negated else typed

    def _name(self, name: str, node: said.Node) -> Typed | None:
        variable = self.scope.variable(name)
        if variable is not None:
            return Column(Type(variable.type.value), name, name in self.scope.measures)
        if name in self.scope.unreadable:
            self.problems.append(replace(self.scope.unreadable[name], position=node.span))
            return None
        if name in self.scope.sets:
            message = say(
                "{name} is a set of items; it can only stand inside a function of items.", name=name
            )
            self.problem(
                "set_misplaced",
                message,
                node,
                hint=say("For instance any_of({name}) or count_of({name}).", name=name),
            )
        elif name in FUNCTIONS:
            hint = say("Write {signature}.", signature=FUNCTIONS[name].signature)
            self.problem(
                "function_without_arguments",
                say("{name} is a function and needs arguments.", name=name),
                node,
                hint,
            )
        else:
            near = near_misses(name, (*self.scope.names, *self.scope.sets))
            self.problem(
                "unknown_name", say("There is no item or measure called {name}.", name=name), node, near=near
            )
        return None

    def _arithmetic(self, operator: str, operands: list[said.Node]) -> Typed | None:
        parts = [self.number(operand) for operand in operands]
        found = [part for part in parts if part is not None]
        whole = all(part.type is Type.INTEGER for part in found) and operator != "/"
        return self._apply(operator, Type.INTEGER if whole else Type.DECIMAL, parts)

    def _comparison(self, node: said.Binary) -> Typed | None:
        left, right = self._sides(node)
        if left is None or right is None:
            return None
        if left.type is Type.CONDITION and right.type.is_number:
            left = Apply(Type.INTEGER, "number", (left,))
        if right.type is Type.CONDITION and left.type.is_number:
            right = Apply(Type.INTEGER, "number", (right,))
        if family_of(left.type) != family_of(right.type):
            message = say(
                "{left} cannot be compared with {right}.",
                left=kind_of(left),
                right=kind_of(right, capital=False),
            )
            self.problem("text_against_number", message, node)
            return None
        if left.type in (Type.TEXT, Type.CONDITION) and node.operator in _ORDERING:
            self.problem(
                "no_order", say("{left} has no order; only == and != compare it.", left=kind_of(left)), node
            )
            return None
        return Apply(Type.CONDITION, node.operator, (left, right))

    def _sides(self, node: said.Binary) -> tuple[Typed | None, Typed | None]:
        literals = (said.Number, said.Text)
        if isinstance(node.right, literals) and not isinstance(node.left, literals):
            left = self.value(node.left)
            return left, self._literal(node.right, left)
        if isinstance(node.left, literals) and not isinstance(node.right, literals):
            right = self.value(node.right)
            return self._literal(node.left, right), right
        return self.value(node.left), self.value(node.right)

    def _literal(self, node: said.Node, other: Typed | None) -> Typed | None:
        if other is None:
            return None
        value = self.resolve(node, other)
        if value is None:
            return None
        if isinstance(value, str):
            return Constant(other.type if other.type in (Type.DATE, Type.DATETIME) else Type.TEXT, value)
        return Constant(Type.INTEGER if isinstance(value, int) else Type.DECIMAL, value)

    def _membership(self, node: said.Membership) -> Typed | None:
        operand = self.value(node.operand)
        if operand is None:
            return None
        if operand.type is Type.CONDITION:
            operand = Apply(Type.INTEGER, "number", (operand,))
        return Member(Type.CONDITION, operand, self.test(node.options, operand))

    def _between(self, node: said.Between) -> Typed | None:
        low = self._comparison(said.Binary(">=", node.operand, node.low, span=node.span))
        high = self._comparison(said.Binary("<=", node.operand, node.high, span=node.span))
        return self._apply("and", Type.CONDITION, [low, high])

    def _date(self, node: said.Node) -> Typed | None:
        """A date, a point in time, or a text that may hold one."""
        found = self.value(node)
        if found is None or found.type in (Type.DATE, Type.DATETIME, Type.TEXT):
            return found
        self.problem("not_a_date", say("{found} stands where a date is needed.", found=kind_of(found)), node)
        return None

    def _day(self, node: said.Node) -> Typed | None:
        """A date to the day; one that is written out must be real."""
        if isinstance(node, said.Text) and not re.fullmatch(DAY_TEXT, node.value):
            message = say("“{text}” is no date.", text=node.value)
            self.problem("not_a_date", message, node, hint="Write it as 2014-05-31.")
            return None
        return self._date(node)
