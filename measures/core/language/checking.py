"""From what a rule says to what it means: names, labels, types and defaults resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from measures.core.language import nodes as said
from measures.core.language.function_types import Function, Gives, Setting, Takes
from measures.core.language.functions import FUNCTIONS
from measures.core.language.labels import number_for, text_for, valid_codes
from measures.core.language.scope import Scope
from measures.core.language.special_forms import FORMS
from measures.core.language.tree import (
    Apply,
    Checked,
    Column,
    Constant,
    Lookup,
    Member,
    Test,
    Type,
    Typed,
    walk,
)
from surveys.core.codebook import Scalar, Variable
from surveys.core.problems import Problem, Refused, near_misses

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
        is_data_dependent=any(isinstance(p, Apply) and is_fitted(p) for p in parts),
    )


def is_fitted(node: Apply) -> bool:
    """Whether a part needs to know the whole sample."""
    return node.function in FUNCTIONS and FUNCTIONS[node.function].is_fitted


class Checker:
    """Walks a rule once and collects every problem; a part with a problem resolves to None."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.problems: list[Problem] = []

    def problem(
        self, code: str, message: str, node: said.Node, hint: str = "", near: tuple[str, ...] = ()
    ) -> None:
        self.problems.append(Problem(code, message, hint=hint, near=near, position=node.span))

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
        self.problem("not_a_number", f"{_kind(found)} stands where a number is needed.", node)
        return None

    def condition(self, node: said.Node) -> Typed | None:
        """An expression that must be a condition; an item coded 0/1 is one."""
        found = self.value(node)
        if found is None or found.type is Type.CONDITION:
            return found
        if isinstance(found, Constant) or not found.type.is_number:
            message = f"{_kind(found)} stands where a condition is needed."
            self.problem("not_a_condition", message, node, hint="Compare it with something, as in x == 1.")
            return None
        variable = self.variable_of(found)
        codes = valid_codes(variable) if variable else ()
        if variable and any(code.value not in (0, 1) for code in codes):
            listed = ", ".join(str(code.value) for code in codes[:6])
            message = f"{variable.name} is not coded 0/1: it has the codes {listed}."
            self.problem(
                "not_a_condition", message, node, hint=f"Say which count: {variable.name} == {listed[0]}."
            )
            return None
        return Apply(Type.CONDITION, "truth", (found,))

    def variable_of(self, typed: Typed) -> Variable | None:
        """The variable of an item or earlier measure standing by itself."""
        return self.scope.variable(typed.name) if isinstance(typed, Column) else None

    def expand(self, arguments: Iterable[said.Node]) -> list[said.Node]:
        """The arguments with every set of items replaced by its items."""
        expanded: list[said.Node] = []
        for node in arguments:
            if (
                isinstance(node, said.Name)
                and not self.scope.variable(node.name)
                and node.name in self.scope.sets
            ):
                expanded += [said.Name(name, span=node.span) for name in self.scope.sets[node.name]]
            else:
                expanded.append(node)
        return expanded

    def resolve(self, node: said.Node, operand: Typed) -> Scalar | None:
        """The value a number or quoted word stands for beside ``operand``; labels become codes."""
        if not isinstance(node, said.Number | said.Text):
            self.problem("not_a_code", "A code, a label or a range is needed here.", node)
            return None
        variable = self.variable_of(operand)
        if variable is None:
            return self._plain(node, operand)
        found = (
            number_for(node.value, variable, node.span)
            if isinstance(node, said.Number)
            else text_for(node.value, variable, node.span)
        )
        if isinstance(found, Problem):
            self.problems.append(found)
            return None
        return found

    def bound(self, node: said.Node | None, operand: Typed) -> float | None:
        """An end of a range; None for an open end or after a mistake."""
        if node is None:
            return None
        found = self.resolve(node, operand)
        if isinstance(found, str):
            self.problem("not_a_number", "A range runs between numbers.", node)
            return None
        return found

    def test(self, members: Iterable[said.Node], operand: Typed) -> Test:
        """What listed codes, labels and ranges stand for beside ``operand``."""
        values: list[Scalar] = []
        ranges: list[tuple[float | None, float | None]] = []
        for member in members:
            if isinstance(member, said.Range):
                low, high = self.bound(member.low, operand), self.bound(member.high, operand)
                if low is not None and high is not None and low > high:
                    self.problem("empty_range", "The range runs backwards.", member)
                ranges.append((low, high))
            elif (value := self.resolve(member, operand)) is not None:
                values.append(value)
        return Test(tuple(dict.fromkeys(values)), tuple(dict.fromkeys(ranges)))

    # Calls

    def settings(
        self, node: said.Call, known: Iterable[Setting], arguments: int
    ) -> tuple[tuple[str, Scalar], ...]:
        """The keywords of a call, defaults filled in, sorted by name."""
        by_name = {setting.name: setting for setting in known}
        given = self.keywords(node, by_name)
        found: dict[str, Scalar] = {}
        for name, setting in by_name.items():
            value = self._setting(given[name], setting, arguments) if name in given else setting.default
            if name == "at_least" and value is None:
                value = arguments
            if value is not None:
                found[name] = value
        return tuple(sorted(found.items()))

    def keywords(self, node: said.Call, known: Iterable[str]) -> dict[str, said.Node]:
        """The keywords of a call by name; unknown and repeated ones are mistakes."""
        names = tuple(known)
        found: dict[str, said.Node] = {}
        for keyword in node.keywords:
            if keyword.name not in names:
                message = f"{node.function} has no setting called {keyword.name}."
                hint = f"It has {', '.join(names)}." if names else "It has none."
                self.problem("unknown_setting", message, keyword, hint, near_misses(keyword.name, names))
            elif keyword.name in found:
                self.problem("repeated_setting", f"{keyword.name} is given twice.", keyword)
            else:
                found[keyword.name] = keyword.value
        return found

    def arity(self, node: said.Call, function: Function, count: int) -> bool:
        """Whether the number of arguments is right."""
        if count >= function.least and (function.most is None or count <= function.most):
            return True
        if function.most is None:
            wanted = f"at least {function.least}"
        else:
            wanted = (
                str(function.least)
                if function.least == function.most
                else f"{function.least} to {function.most}"
            )
        message = f"{node.function} takes {wanted} argument{'' if wanted.endswith(' 1') or wanted == '1' else 's'}; "
        self.problem(
            "wrong_arguments", message + f"{count} given.", node, hint=f"Write {function.signature}."
        )
        return False

    def _call(self, node: said.Call) -> Typed | None:
        function = FUNCTIONS.get(node.function)
        if function is None:
            near = near_misses(node.function, FUNCTIONS)
            self.problem("unknown_function", f"There is no function called {node.function}.", node, near=near)
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
        take: Callable[[said.Node], Typed | None] = {
            Takes.CONDITIONS: self.condition,
            Takes.NUMBERS: self.number,
            Takes.DATE: self._date,
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

    def unified(self, parts: tuple[Typed, ...], node: said.Node) -> tuple[Typed, ...]:
        """Outcomes made one type (a condition beside numbers counts as 1 or 0); () after a mistake."""
        types = {part.type for part in parts if not _is_absent(part)}
        if len(types) > 1 and types <= {Type.CONDITION, Type.INTEGER, Type.DECIMAL, Type.TIME}:
            return tuple(
                Apply(Type.INTEGER, "number", (part,)) if part.type is Type.CONDITION else part
                for part in parts
            )
        if len(types) > 1:
            kinds = " and ".join(sorted(_WORDS[kind] for kind in types))
            self.problem("mixed_outcomes", f"The outcomes are of several kinds: {kinds}.", node)
            return ()
        return parts

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
        if name in self.scope.sets:
            message = f"{name} is a set of items; it can only stand inside a function of items."
            self.problem(
                "set_misplaced", message, node, hint=f"For instance any_of({name}) or count_of({name})."
            )
        elif name in FUNCTIONS:
            hint = f"Write {FUNCTIONS[name].signature}."
            self.problem(
                "function_without_arguments", f"{name} is a function and needs arguments.", node, hint
            )
        else:
            near = near_misses(name, (*self.scope.names, *self.scope.sets))
            self.problem("unknown_name", f"There is no item or measure called {name}.", node, near=near)
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
        if _family(left.type) != _family(right.type):
            message = f"{_kind(left)} cannot be compared with {_kind(right, capital=False)}."
            self.problem("text_against_number", message, node)
            return None
        if left.type in (Type.TEXT, Type.CONDITION) and node.operator in _ORDERING:
            self.problem("no_order", f"{_kind(left)} has no order; only == and != compare it.", node)
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

    def _plain(self, node: said.Number | said.Text, operand: Typed) -> Scalar | None:
        """A value beside an expression that has no codebook."""
        is_text = isinstance(node, said.Text)
        if is_text != (operand.type is Type.TEXT):
            kind = _kind(operand)
            self.problem(
                "text_against_number",
                f"{kind} cannot be compared with {'a text' if is_text else 'a number'}.",
                node,
            )
            return None
        return node.value

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
        found = self.value(node)
        if found is None or found.type in (Type.DATE, Type.DATETIME):
            return found
        self.problem("not_a_date", f"{_kind(found)} stands where a date is needed.", node)
        return None

    def _setting(self, node: said.Node, setting: Setting, arguments: int) -> Scalar | None:
        if setting.kind == "choice":
            if isinstance(node, said.Text) and node.value in setting.choices:
                return node.value
            word = node.value if isinstance(node, said.Text) else ""
            listed = ", ".join(f'"{choice}"' for choice in setting.choices)
            near = near_misses(word, setting.choices)
            self.problem("wrong_setting", f"{setting.name} is one of {listed}.", node, near=near)
            return None
        low, high = (1, arguments) if setting.name == "at_least" else (0, 6)
        if isinstance(node, said.Number) and isinstance(node.value, int) and low <= node.value <= high:
            return node.value
        self.problem("wrong_setting", f"{setting.name} is a whole number from {low} to {high}.", node)
        return None

    def _misplaced(self, node: said.Node) -> None:
        words = {
            said.Listing: "A list",
            said.Mapping: "A mapping {…}",
            said.Range: "A range",
            said.Path: "A column of a table",
        }
        hint = (
            "Columns of context tables are read with lookup(table.column, key=item)."
            if isinstance(node, said.Path)
            else ""
        )
        what = words.get(type(node), "This")
        self.problem("misplaced", f"{what} cannot stand here; a value is needed.", node, hint=hint)


_WORDS = {
    Type.CONDITION: "a condition",
    Type.INTEGER: "a number",
    Type.DECIMAL: "a number",
    Type.TEXT: "a text",
    Type.DATE: "a date",
    Type.DATETIME: "a point in time",
    Type.TIME: "a duration",
}


def _kind(typed: Typed, capital: bool = True) -> str:
    words = _WORDS[typed.type]
    if isinstance(typed, Column):
        return f"{typed.name} ({words})"
    return words[0].upper() + words[1:] if capital else words


def _family(kind: Type) -> str:
    return "number" if kind.is_number or kind is Type.TIME else kind.value


def _is_absent(typed: Typed) -> bool:
    from measures.core.language.tree import Absent

    return isinstance(typed, Absent)


def widest(types: Iterable[Type]) -> Type:
    """The type that holds values of all these: the one they share, else a decimal."""
    found = set(types)
    if len(found) == 1:
        return found.pop()
    return Type.INTEGER if found <= {Type.CONDITION, Type.INTEGER} else Type.DECIMAL
