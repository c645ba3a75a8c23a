"""A rule in the syntax of SPSS; PSPP runs it as well."""

from __future__ import annotations

from collections.abc import Iterator

from measures.core.tongues.asked import Asked, Laid, lay_out, refuse_names, told
from measures.core.tongues.laying import Tongue, cannot
from measures.core.tongues.steps import (
    AllHold,
    Compare,
    Cond,
    DateText,
    Empty,
    Expr,
    Finite,
    Flag,
    Fn,
    Math,
    Not,
    Num,
    OneOf,
    Raw,
    SomeHold,
    Step,
    Tagged,
    Truth,
    Txt,
    Var,
)
from surveys.core.said import say
from surveys.core.writing.labels import fit_bytes, spss_names

SPSS = Tongue("spss", "SPSS")
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
    refuse_names(laid, SPSS, spss_names)
    lines = ["* Encoding: UTF-8.", *(f"* {_comment(line)}." for line in told(laid)), ""]
    for step in laid.steps:
        lines += _step(step)
    return "\n".join([*lines, *_column(laid), *_dictionary(laid), "EXECUTE.", ""])


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
        case Fn(name="year_of_text", arguments=(cell,)):
            return f"NUMBER(SUBSTR({_expr(cell)}, 1, 4), F4.0)"
        case Fn(name="month_of_text", arguments=(cell,)):
            return f"NUMBER(SUBSTR({_expr(cell)}, 6, 2), F2.0)"
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
            return _date_text(_expr(operand))
        case Tagged():
            raise cannot(SPSS, say("missing values with letters"))
    raise TypeError(type(cond).__name__)


def _date_text(cell: str) -> str:
    """YYYY-MM or YYYY-MM-DD, sign by sign, for SPSS has no patterns."""

    def sign(at: int, among: str) -> str:
        return f"INDEX('{among}', SUBSTR({cell}, {at}, 1)) > 0"

    length = f"LENGTH(RTRIM({cell}))"
    month = f"ANY(SUBSTR({cell}, 6, 2), {', '.join(repr(f'{m:02}') for m in range(1, 13))})"
    begins = [*(sign(at, "0123456789") for at in range(1, 5)), f"SUBSTR({cell}, 5, 1) = '-'", month]
    day = [f"SUBSTR({cell}, 8, 1) = '-'", sign(9, "0123"), sign(10, "0123456789")]
    long = " AND ".join([f"{length} = 10", *day])
    return f"{' AND '.join(begins)} AND ({length} = 7 OR ({long}))"
