"""A rule in the syntax of SPSS; PSPP runs it as well."""

from __future__ import annotations

from collections.abc import Iterator

from measures.core.tongues.asked import Asked, Laid, lay_out, refuse_names, told
from measures.core.tongues.infix import OF_TEXT, Printer, shortest
from measures.core.tongues.laying import Tongue, cannot
from measures.core.tongues.spss_texts import date_text, day_text
from measures.core.tongues.steps import Expr, Num, Raw, Step, Tagged, Var
from surveys.core.said import say
from surveys.core.writing.labels import fit_bytes, spss_names

SPSS = Tongue("spss", "SPSS")
_FUNCTIONS = {
    "abs": "ABS",
    "ln": "LN",
    "log10": "LG10",
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
            yield f"COMPUTE {_SPSS.var(step.targets[0])} = ({_SPSS.cond(condition)})."
            return
    for at, (condition, found) in enumerate(step.branches):
        yield f"{'ELSE IF' if at else 'DO IF'} ({_SPSS.cond(condition)})."
        yield from _computed(step, found)
    yield "ELSE."
    yield from _computed(step, step.otherwise)
    yield "END IF."


def _computed(step: Step, found: tuple[Expr, ...], indent: str = "  ") -> Iterator[str]:
    for target, expr in zip(step.targets, found, strict=True):
        yield f"{indent}COMPUTE {_SPSS.var(target)} = {_SPSS.expr(expr)}."


def _column(laid: Laid) -> Iterator[str]:
    """The derived column: the value, or the missing code of the absence."""
    if not laid.absences:
        yield f"COMPUTE {laid.name} = {_SPSS.expr(laid.value)}."
        return
    for at, (_, strength, code) in enumerate(laid.absences):
        yield f"{'ELSE IF' if at else 'DO IF'} ({_SPSS.expr(laid.reason)} = {strength})."
        yield f"  COMPUTE {laid.name} = {code}."
    yield from ("ELSE.", f"  COMPUTE {laid.name} = {_SPSS.expr(laid.value)}.", "END IF.")


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
    return shortest(value).upper()


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class _Printer(Printer):
    negation, conjunction, disjunction = "NOT ", " AND ", " OR "
    operators = {"==": "=", "!=": "<>"}

    def number(self, value: float) -> str:
        return number(value)

    def text(self, text: str) -> str:
        """A text to compare with; SPSS takes no notice of blanks at the end, so it may have none."""
        if text != text.rstrip(" ") or not text or not text.isprintable():
            raise cannot(
                SPSS, say("a text that is empty, ends in a blank or has signs that cannot be printed")
            )
        return quoted(text)

    def var(self, var: Var) -> str:
        return f"#{var.name}"

    def raw(self, cell: Raw) -> str:
        if cell.kind == "text":
            return cell.variable
        told = f"VALUE({cell.variable})"
        if cell.kind == "number":
            return told
        return f"(XDATE.YEAR({told}) * 10000 + XDATE.MONTH({told}) * 100 + XDATE.MDAY({told}))"

    def function(self, name: str, arguments: list[str]) -> str:
        cell = arguments[0]
        if name == "floor":
            return f"(TRUNC({cell}) - (TRUNC({cell}) > {cell}))"
        if name == "exp":  # PSPP has no number as near to 0 as EXP(-709)
            return f"((MAX({cell}, -708) > -708) * EXP(MAX({cell}, -708)))"
        if name == "number_of_text":
            raise cannot(SPSS, say("texts read as numbers"))
        if name.endswith("_of_text"):
            start, length = OF_TEXT[name.removesuffix("_of_text")]
            return f"NUMBER(SUBSTR({cell}, {start}, {length}), F{length}.0)"
        return f"{_FUNCTIONS[name]}({', '.join(arguments)})"

    def one_of(self, operand: str, options: tuple[Expr, ...]) -> str:
        return f"ANY({operand}, {', '.join(map(self.expr, options))})"

    def truth(self, holds: bool) -> str:
        return "1 = 1" if holds else "1 = 0"

    def finite(self, var: str) -> str:
        return f"NOT SYSMIS({var})"

    def empty(self, cell: Raw) -> str:
        return f"{cell.variable} = ''" if cell.kind == "text" else f"SYSMIS({cell.variable})"

    def tagged(self, cond: Tagged) -> str:
        raise cannot(SPSS, say("missing values with letters"))

    def pattern(self, operand: str, name: str) -> str:
        if name == "number":
            raise cannot(SPSS, say("texts read as numbers"))
        return day_text(operand) if name == "day" else date_text(operand)

    def holds(self, operand: str, sought: str, at_start: bool) -> str:
        return f"INDEX({operand}, {self.text(sought)}) {'= 1' if at_start else '> 0'}"


_SPSS = _Printer()
