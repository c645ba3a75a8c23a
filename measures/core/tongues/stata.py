"""A rule as a do-file of Stata."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

from measures.core.tongues.asked import Asked, Laid, lay_out, told
from measures.core.tongues.infix import OF_TEXT, PATTERNS, Printer, shortest
from measures.core.tongues.laying import Tongue, cannot
from measures.core.tongues.steps import Expr, Raw, Step, Tagged, Txt, Var
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.core.writing.labels import STATA_RESERVED, fit_characters

STATA = Tongue("stata", "Stata", tags="letters")
_NAME = re.compile(r"[^\W\d]\w{0,31}")
_IN_LIST = 200  # options of one inlist


def write(asked: Asked) -> str:
    """The do-file that computes the column in the wave's data; Refused where Stata cannot say the rule."""
    laid = lay_out(asked, STATA, is_beside=True)
    for name in (laid.name, *laid.sources):
        _check_name(name)
    if len(laid.absences) > len(string.ascii_lowercase):
        raise cannot(STATA, say("more kinds of absence than Stata has letters"))
    letters = dict(zip((reason for reason, _, _ in laid.absences), string.ascii_lowercase, strict=False))
    lines = [f"* {_comment(line)}" for line in told(laid, {r: f".{a}" for r, a in letters.items()})]
    lines += ["", "version 14", *_names(laid)]
    for step in laid.steps:
        lines += _step(step)
    return "\n".join([*lines, *_column(laid, letters), *_labels(laid, letters), ""])


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name in STATA_RESERVED or re.fullmatch(r"str\d+", name):
        message = say("Stata allows no variable called {name}.", name=name)
        raise refuse("name_not_allowed", message, hint="Export the dataset: names are made to fit there.")


def _comment(line: str) -> str:
    """A line that begins no other comment and names no macro."""
    return line.replace("/*", "/ *").replace("*/", "* /").replace("///", "/ / /").translate(_NO_MACRO)


_NO_MACRO = str.maketrans({"`": "'", "$": "＄"})


def _names(laid: Laid) -> Iterator[str]:
    names = [target.name for step in laid.steps for target in step.targets]
    for at in range(0, len(names), 12):
        yield f"tempvar {' '.join(names[at : at + 12])}"


def _step(step: Step) -> Iterator[str]:
    """What is left to the end comes first, and the first branch last: it has the last word."""
    if step.comment:
        yield f"* {_comment(step.comment)}"
    for at, target in enumerate(step.targets):
        yield f"quietly generate double {_STATA.var(target)} = {_STATA.expr(step.otherwise[at])}"
        for condition, found in reversed(step.branches):
            value, when = _STATA.expr(found[at]), _STATA.cond(condition)
            yield f"quietly replace {_STATA.var(target)} = {value} if {when}"


def _column(laid: Laid, letters: dict[str, str]) -> Iterator[str]:
    yield f"quietly generate double {laid.name} = {_STATA.expr(laid.value)}"
    for reason, strength, _ in laid.absences:
        yield f"quietly replace {laid.name} = .{letters[reason]} if {_STATA.expr(laid.reason)} == {strength}"


def _labels(laid: Laid, letters: dict[str, str]) -> Iterator[str]:
    if laid.label:
        yield f"label variable {laid.name} {_label(fit_characters(laid.label, 80))}"
    labels = [
        f"{int(value)} {_label(text)}"
        for value, text in laid.value_labels
        if not isinstance(value, str) and float(value).is_integer() and abs(value) < 2**31 - 100
    ]
    labels += [f".{letter} {_label(laid.word(reason))}" for reason, letter in letters.items()]
    if labels:
        yield f"label define {laid.name} ///\n  " + " ///\n  ".join(labels) + ", replace"
        yield f"label values {laid.name} {laid.name}"


def _label(text: str) -> str:
    """A label in compound quotes, without what would end them or call a macro."""
    return f'`"{text.translate(_IN_LABEL)}"\''


_IN_LABEL = str.maketrans({"`": "'", '"': "'", "$": "＄"})


class _Printer(Printer):
    def number(self, value: float) -> str:
        return shortest(value)

    def text(self, text: str) -> str:
        if not text.isprintable() or any(sign in text for sign in '`"$\\'):
            raise cannot(STATA, say("a text with quotation marks or signs that Stata reads as its own"))
        return f'"{text}"'

    def var(self, var: Var) -> str:
        return f"`{var.name}'"

    def raw(self, cell: Raw) -> str:
        name = cell.variable
        return f"(year({name}) * 10000 + month({name}) * 100 + day({name}))" if cell.kind == "date" else name

    def function(self, name: str, arguments: list[str]) -> str:
        if name == "number_of_text":
            return f"real({arguments[0]})"
        if name.endswith("_of_text"):
            start, length = OF_TEXT[name.removesuffix("_of_text")]
            return f"real(usubstr({arguments[0]}, {start}, {length}))"
        return f"{name}({', '.join(arguments)})"

    def one_of(self, operand: str, options: tuple[Expr, ...]) -> str:
        if any(isinstance(one, Txt) for one in options):
            return " | ".join(f"({operand} == {self.expr(one)})" for one in options)
        parts = [options[at : at + _IN_LIST] for at in range(0, len(options), _IN_LIST)]
        return " | ".join(f"inlist({operand}, {', '.join(map(self.expr, part))})" for part in parts)

    def truth(self, holds: bool) -> str:
        return "1" if holds else "0"

    def finite(self, var: str) -> str:
        return f"!missing({var})"

    def empty(self, cell: Raw) -> str:
        return f"missing({cell.variable})"

    def tagged(self, cond: Tagged) -> str:
        return f"{cond.cell.variable} == .{cond.tag}"

    def pattern(self, operand: str, name: str) -> str:
        return f'ustrregexm({operand}, "{PATTERNS[name]}")'

    def holds(self, operand: str, sought: str, at_start: bool) -> str:
        return f"strpos({operand}, {self.text(sought)}) {'== 1' if at_start else '> 0'}"


_STATA = _Printer()
