"""What R, Python and Stata have in common: operators between operands, functions before brackets."""

from __future__ import annotations

from abc import ABC, abstractmethod

from measures.core.language.patterns import DAY_TEXT, MONTH_TEXT, NUMBER_TEXT
from measures.core.tongues.steps import (
    AllHold,
    Compare,
    Cond,
    DateText,
    DayText,
    Empty,
    Expr,
    Finite,
    Flag,
    Fn,
    Holds,
    Math,
    Not,
    Num,
    NumberText,
    OneOf,
    Raw,
    SomeHold,
    Tagged,
    Truth,
    Txt,
    Var,
)


class Printer(ABC):
    """Writes expressions and conditions; a tongue says how its own words are written."""

    negation = "!"

    def expr(self, expr: Expr) -> str:
        match expr:
            case Num(value=value):
                return self.number(value) if value >= 0 else f"({self.number(value)})"
            case Txt(value=text):
                return self.text(text)
            case Var():
                return self.var(expr)
            case Raw():
                return self.raw(expr)
            case Math(operator=operator, left=left, right=right):
                return f"({self.expr(left)} {operator} {self.expr(right)})"
            case Flag(condition=condition):
                return self.flag(self.cond(condition))
            case Fn(name=name, arguments=arguments):
                return self.function(name, [self.expr(one) for one in arguments])
        raise TypeError(type(expr).__name__)

    def cond(self, cond: Cond) -> str:
        match cond:
            case Compare(operator=operator, left=left, right=right):
                return f"{self.expr(left)} {operator} {self.expr(right)}"
            case OneOf(operand=operand, options=(only,)):
                return f"{self.expr(operand)} == {self.expr(only)}"
            case OneOf(operand=operand, options=options):
                return self.one_of(self.expr(operand), options)
            case AllHold(parts=parts):
                return " & ".join(f"({self.cond(part)})" for part in parts)
            case SomeHold(parts=parts):
                return " | ".join(f"({self.cond(part)})" for part in parts)
            case Not(part=part):
                return f"{self.negation}({self.cond(part)})"
            case Truth(holds=holds):
                return self.truth(holds)
            case Finite(operand=operand):
                return self.finite(self.var(operand))
            case Empty(cell=cell):
                return self.empty(cell)
            case Tagged():
                return self.tagged(cond)
            case DateText(operand=operand):
                return self.pattern(self.expr(operand), "date")
            case DayText(operand=operand):
                return self.pattern(self.expr(operand), "day")
            case NumberText(operand=operand):
                return self.pattern(self.expr(operand), "number")
            case Holds(operand=operand, sought=sought, at_start=at_start):
                return self.holds(self.expr(operand), sought, at_start)
        raise TypeError(type(cond).__name__)

    def flag(self, condition: str) -> str:
        return f"({condition})"

    @abstractmethod
    def number(self, value: float) -> str: ...

    @abstractmethod
    def text(self, text: str) -> str: ...

    @abstractmethod
    def var(self, var: Var) -> str: ...

    @abstractmethod
    def raw(self, cell: Raw) -> str: ...

    @abstractmethod
    def function(self, name: str, arguments: list[str]) -> str: ...

    @abstractmethod
    def one_of(self, operand: str, options: tuple[Expr, ...]) -> str: ...

    @abstractmethod
    def truth(self, holds: bool) -> str: ...

    @abstractmethod
    def finite(self, var: str) -> str: ...

    @abstractmethod
    def empty(self, cell: Raw) -> str: ...

    @abstractmethod
    def tagged(self, cond: Tagged) -> str: ...

    @abstractmethod
    def pattern(self, operand: str, name: str) -> str: ...

    @abstractmethod
    def holds(self, operand: str, sought: str, at_start: bool) -> str: ...


def shortest(value: float) -> str:
    """The shortest digits that read back as exactly this number."""
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


PATTERNS = {"date": f"^{MONTH_TEXT}$", "day": f"^{DAY_TEXT}$", "number": f"^{NUMBER_TEXT}$"}
OF_TEXT = {"year": (1, 4), "month": (6, 2), "day": (9, 2)}  # where it begins, and how long it is


def used(helpers: dict[str, str], body: str) -> list[str]:
    """The helpers that a text calls, by name or from one another, in their order."""
    found, whole = set[str](), body
    for name in reversed(helpers):
        if f"{name}(" in whole:
            found.add(name)
            whole += helpers[name]
    return [text for name, text in helpers.items() if name in found]
