"""A rule in the syntax of SPSS; PSPP runs it as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from measures.core.tongues.asked import Asked, Laid, lay_out, told
from measures.core.tongues.infix import OF_TEXT
from measures.core.tongues.laying import Tongue, cannot
from measures.core.tongues.spss_texts import date_text, day_text
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
    Step,
    Tagged,
    Truth,
    Txt,
    Var,
)
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.core.writing.labels import SPSS_RESERVED, fit_bytes

SPSS = Tongue("spss", "SPSS")
_NAME = re.compile(r"[^\W\d_][\w.$#@]*")
_OPERATORS = {"==": "=", "!=": "<>"}
_FUNCTIONS = {
    "abs": "ABS",
    "ln": "LN",
    "log10": "LG10",
    "exp": "EXP",
    "sqrt": "SQRT",
    "min": "MIN",
    "max": "MAX",
}


def write(asked: Asked) -> str:
    """The syntax that computes the column in a file of the wave; Refused where SPSS cannot say the rule."""
    laid = lay_out(asked, SPSS, is_beside=False)
    for name in (laid.name, *laid.sources):
        _check_name(name)
    folded = [name.upper() for name in laid.sources]
    if len(set(folded)) < len(folded):
        raise cannot(SPSS, say("two variables whose names differ by case alone"))
    lines = ["* Encoding: UTF-8.", *(f"* {_comment(line)}." for line in told(laid)), ""]
    for step in laid.steps:
        lines += _step(step)
    return "\n".join([*lines, *_column(laid), *_dictionary(laid), "EXECUTE.", ""])


def _check_name(name: str) -> None:
    if (
        not _NAME.fullmatch(name)
        or name.endswith(".")
        or len(name.encode()) > 64
        or name.upper() in SPSS_RESERVED
    ):
        message = say("SPSS allows no variable called {name}.", name=name)
        raise refuse("name_not_allowed", message, hint="Export the dataset: names are made to fit there.")


def _comment(line: str) -> str:
    """A line that ends where we end it."""
    return line.replace("*/", "* /").replace("/*", "/ *").rstrip(". ")


def _step(step: Step) -> Iterator[str]:
    if step.comment:
        yield f"* {_comment(step.comment)}."
    if not step.branches:
        yield from _computed(step, step.otherwise, "")
        return
    match step:
        case Step(branches=((condition, (Num(value=1),)),), otherwise=(Num(value=0),)):
            yield f"COMPUTE {_var(step.targets[0])} = ({_cond(condition)})."
            return
    for at, (condition, found) in enumerate(step.branches):
        yield f"{'ELSE IF' if at else 'DO IF'} ({_cond(condition)})."
        yield from _computed(step, found)
    yield "ELSE."
    yield from _computed(step, step.otherwise)
    yield "END IF."


def _computed(step: Step, found: tuple[Expr, ...], indent: str = "  ") -> Iterator[str]:
    for target, expr in zip(step.targets, found, strict=True):
        yield f"{indent}COMPUTE {_var(target)} = {_expr(expr)}."


def _column(laid: Laid) -> Iterator[str]:
    """The derived column: the value, or the missing code of the absence."""
    if not laid.absences:
        yield f"COMPUTE {laid.name} = {_expr(laid.value)}."
        return
    for at, (_, strength, code) in enumerate(laid.absences):
        yield f"{'ELSE IF' if at else 'DO IF'} ({_expr(laid.reason)} = {strength})."
        yield f"  COMPUTE {laid.name} = {code}."
    yield from ("ELSE.", f"  COMPUTE {laid.name} = {_expr(laid.value)}.", "END IF.")


def _dictionary(laid: Laid) -> Iterator[str]:
    name = laid.name
    if laid.label:
        yield f"VARIABLE LABELS {name} {quoted(fit_bytes(laid.label, 255))}."
    labels = [(float(v), text) for v, text in laid.value_labels if not isinstance(v, str)]
    labels += [(float(code), laid.word(reason)) for reason, _, code in laid.absences]
    if labels:
        told_labels = "\n".join(f"  {number(v)} {quoted(fit_bytes(text, 120))}" for v, text in labels)
        yield f"VALUE LABELS {name}\n{told_labels}."
    codes = sorted(code for _, _, code in laid.absences)
    if len(codes) > 3:
        yield f"MISSING VALUES {name} ({codes[0]} THRU {codes[-1]})."
    elif codes:
        yield f"MISSING VALUES {name} ({', '.join(map(str, codes))})."


def number(value: float) -> str:
    """The shortest digits that read back as exactly this number."""
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value).upper()


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _var(var: Var) -> str:
    return f"#{var.name}"


def _expr(expr: Expr) -> str:
    match expr:
        case Num(value=value):
            return number(value) if value >= 0 else f"({number(value)})"
        case Txt(value=text):
            return _text(text)
        case Var():
            return _var(expr)
        case Raw(variable=name, kind="number"):
            return f"VALUE({name})"
        case Raw(variable=name, kind="date"):
            day = f"VALUE({name})"
            return f"(XDATE.YEAR({day}) * 10000 + XDATE.MONTH({day}) * 100 + XDATE.MDAY({day}))"
        case Raw(variable=name):
            return name
        case Math(operator=operator, left=left, right=right):
            return f"({_expr(left)} {operator} {_expr(right)})"
        case Flag(condition=condition):
            return f"({_cond(condition)})"
        case Fn(name="floor", arguments=(cell,)):
            return f"(TRUNC({_expr(cell)}) - (TRUNC({_expr(cell)}) > {_expr(cell)}))"
        case Fn(name="exp", arguments=(cell,)):  # PSPP has no number as near to 0 as EXP(-709)
            return f"((MAX({_expr(cell)}, -708) > -708) * EXP(MAX({_expr(cell)}, -708)))"
        case Fn(name="number_of_text"):
            raise cannot(SPSS, say("texts read as numbers"))
        case Fn(name="year_of_text" | "month_of_text" | "day_of_text" as name, arguments=(cell,)):
            start, length = OF_TEXT[name.removesuffix("_of_text")]
            return f"NUMBER(SUBSTR({_expr(cell)}, {start}, {length}), F{length}.0)"
        case Fn(name=name, arguments=arguments):
            return f"{_FUNCTIONS[name]}({', '.join(map(_expr, arguments))})"
    raise TypeError(type(expr).__name__)


def _text(text: str) -> str:
    """A text to compare with; SPSS takes no notice of blanks at the end, so it may have none."""
    if text != text.rstrip(" ") or not text or not text.isprintable():
        raise cannot(SPSS, say("a text that is empty, ends in a blank or has signs that cannot be printed"))
    return quoted(text)


def _cond(cond: Cond) -> str:
    match cond:
        case Compare(operator=operator, left=left, right=right):
            return f"{_expr(left)} {_OPERATORS.get(operator, operator)} {_expr(right)}"
        case OneOf(operand=operand, options=(only,)):
            return f"{_expr(operand)} = {_expr(only)}"
        case OneOf(operand=operand, options=options):
            return f"ANY({_expr(operand)}, {', '.join(map(_expr, options))})"
        case AllHold(parts=parts):
            return " AND ".join(f"({_cond(part)})" for part in parts)
        case SomeHold(parts=parts):
            return " OR ".join(f"({_cond(part)})" for part in parts)
        case Not(part=part):
            return f"NOT ({_cond(part)})"
        case Truth(holds=holds):
            return "1 = 1" if holds else "1 = 0"
        case Finite(operand=operand):
            return f"NOT SYSMIS({_var(operand)})"
        case Empty(cell=Raw(variable=name, kind="text")):
            return f"{name} = ''"
        case Empty(cell=Raw(variable=name)):
            return f"SYSMIS({name})"
        case DateText(operand=operand):
            return date_text(_expr(operand))
        case DayText(operand=operand):
            return day_text(_expr(operand))
        case NumberText():
            raise cannot(SPSS, say("texts read as numbers"))
        case Holds(operand=operand, sought=sought, at_start=at_start):
            return f"INDEX({_expr(operand)}, {_text(sought)}) {'= 1' if at_start else '> 0'}"
        case Tagged():
            raise cannot(SPSS, say("missing values with letters"))
    raise TypeError(type(cond).__name__)
