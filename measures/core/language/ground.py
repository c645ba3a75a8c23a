"""What every checker of a rule leans on: the scope, the problems so far, names, settings, codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from measures.core.language import nodes as said
from measures.core.language.function_types import Function, Setting
from measures.core.language.functions import FUNCTIONS
from measures.core.language.labels import number_for, text_for
from measures.core.language.scope import Scope
from measures.core.language.tree import Absent, Apply, Column, Test, Type, Typed
from surveys.core.codebook import Scalar, Variable
from surveys.core.problems import Problem, near_misses
from surveys.core.said import in_a_row, say

if TYPE_CHECKING:
    from measures.core.language.checking import Checker

Form = Callable[["Checker", said.Call, Function], "Typed | None"]


class Ground:
    """Collects every problem; a part with a problem resolves to None."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.problems: list[Problem] = []

    def problem(
        self, code: str, message: str, node: said.Node, hint: str = "", near: tuple[str, ...] = ()
    ) -> None:
        self.problems.append(Problem(code, message, hint=hint, near=near, position=node.span))

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

    def settings(
        self, node: said.Call, known: Iterable[Setting], arguments: int
    ) -> tuple[tuple[str, Scalar], ...]:
        """The keywords of a call, defaults filled in unless they are silent, sorted by name."""
        by_name = {setting.name: setting for setting in known}
        given = self.keywords(node, by_name)
        found: dict[str, Scalar] = {}
        for name, setting in by_name.items():
            value = self._setting(given[name], setting, arguments) if name in given else setting.default
            if value is None and name == "at_least":
                value = arguments
            elif value is None and name not in given:
                self.needs(node, name)
            if value is not None and not (setting.is_silent and value == setting.default):
                found[name] = value
        return tuple(sorted(found.items()))

    def keywords(self, node: said.Call, known: Iterable[str]) -> dict[str, said.Node]:
        """The keywords of a call by name; unknown and repeated ones are mistakes."""
        names = tuple(known)
        found: dict[str, said.Node] = {}
        for keyword in node.keywords:
            if keyword.name not in names:
                message = say(
                    "{function} has no setting called {name}.", function=node.function, name=keyword.name
                )
                hint = say("It has {names}.", names=names) if names else "It has none."
                self.problem("unknown_setting", message, keyword, hint, near_misses(keyword.name, names))
            elif keyword.name in found:
                self.problem("repeated_setting", say("{name} is given twice.", name=keyword.name), keyword)
            else:
                found[keyword.name] = keyword.value
        return found

    def needs(self, node: said.Call, name: str) -> None:
        """A keyword without which a call means nothing."""
        hint = say("Write {signature}.", signature=FUNCTIONS[node.function].signature)
        message = say("{function} needs {name}=.", function=node.function, name=name)
        self.problem("wrong_arguments", message, node, hint=hint)

    def whole(self, node: said.Node, name: str, low: int, high: int) -> int | None:
        """A whole number written out; None after a mistake."""
        if isinstance(node, said.Number) and isinstance(node.value, int) and low <= node.value <= high:
            return node.value
        message = say("{name} is a whole number from {low} to {high}.", name=name, low=low, high=high)
        self.problem("wrong_setting", message, node)
        return None

    def arity(self, node: said.Call, function: Function, count: int) -> bool:
        """Whether the number of arguments is right."""
        if count >= function.least and (function.most is None or count <= function.most):
            return True
        least, most = function.least, function.most
        if most is None:
            wanted = say("at least {least}", least=least)
        else:
            wanted = f"{least}" if least == most else say("{least} to {most}", least=least, most=most)
        message = say(
            "{function} takes {wanted} argument; {count} given."
            if wanted.endswith("1")
            else "{function} takes {wanted} arguments; {count} given.",
            function=node.function,
            wanted=wanted,
            count=count,
        )
        self.problem(
            "wrong_arguments", message, node, hint=say("Write {signature}.", signature=function.signature)
        )
        return False

    def unified(self, parts: tuple[Typed, ...], node: said.Node) -> tuple[Typed, ...]:
        """Outcomes made one type (a condition beside numbers counts as 1 or 0); () after a mistake."""
        types = {part.type for part in parts if not _is_absent(part)}
        if len(types) > 1 and types <= {Type.CONDITION, Type.INTEGER, Type.DECIMAL, Type.TIME}:
            return tuple(
                Apply(Type.INTEGER, "number", (part,)) if part.type is Type.CONDITION else part
                for part in parts
            )
        if len(types) > 1:
            kinds = in_a_row(sorted(_WORDS[kind] for kind in types))
            self.problem(
                "mixed_outcomes", say("The outcomes are of several kinds: {kinds}.", kinds=kinds), node
            )
            return ()
        return parts

    def _setting(self, node: said.Node, setting: Setting, arguments: int) -> Scalar | None:
        if setting.kind == "choice":
            if isinstance(node, said.Text) and node.value in setting.choices:
                return node.value
            word = node.value if isinstance(node, said.Text) else ""
            listed = [f'"{choice}"' for choice in setting.choices]
            near = near_misses(word, setting.choices)
            self.problem(
                "wrong_setting",
                say("{name} is one of {choices}.", name=setting.name, choices=listed),
                node,
                near=near,
            )
            return None
        high = arguments if setting.high is None else setting.high
        return self.whole(node, setting.name, setting.low, high)

    def _misplaced(self, node: said.Node) -> None:
        words = {
            said.Listing: say("A list"),
            said.Mapping: say("A mapping {{…}}"),
            said.Range: say("A range"),
            said.Path: say("A column of a table"),
        }
        hint = (
            "Columns of context tables are read with lookup(table.column, key=item)."
            if isinstance(node, said.Path)
            else ""
        )
        what = words.get(type(node), say("This"))
        self.problem(
            "misplaced", say("{what} cannot stand here; a value is needed.", what=what), node, hint=hint
        )

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

    def _plain(self, node: said.Number | said.Text, operand: Typed) -> Scalar | None:
        """A value beside an expression that has no codebook."""
        is_text = isinstance(node, said.Text)
        if is_text != (operand.type is Type.TEXT):
            kind = kind_of(operand)
            self.problem(
                "text_against_number",
                say(
                    "{left} cannot be compared with {right}.",
                    left=kind,
                    right=say("a text") if is_text else say("a number"),
                ),
                node,
            )
            return None
        return node.value

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


_WORDS = {
    Type.CONDITION: say("a condition"),
    Type.INTEGER: say("a number"),
    Type.DECIMAL: say("a number"),
    Type.TEXT: say("a text"),
    Type.DATE: say("a date"),
    Type.DATETIME: say("a point in time"),
    Type.TIME: say("a duration"),
}

_CAPITAL = {
    Type.CONDITION: say("A condition"),
    Type.INTEGER: say("A number"),
    Type.DECIMAL: say("A number"),
    Type.TEXT: say("A text"),
    Type.DATE: say("A date"),
    Type.DATETIME: say("A point in time"),
    Type.TIME: say("A duration"),
}


def kind_of(typed: Typed, capital: bool = True) -> str:
    words = _WORDS[typed.type]
    if isinstance(typed, Column):
        return say("{name} ({words})", name=typed.name, words=words)
    return _CAPITAL[typed.type] if capital else words


def family_of(kind: Type) -> str:
    return "number" if kind.is_number or kind is Type.TIME else kind.value


def _is_absent(typed: Typed) -> bool:
    return isinstance(typed, Absent)


def widest(types: Iterable[Type]) -> Type:
    """The type that holds values of all these: the one they share, else a decimal."""
    found = set(types)
    if len(found) == 1:
        return found.pop()
    return Type.INTEGER if found <= {Type.CONDITION, Type.INTEGER} else Type.DECIMAL
