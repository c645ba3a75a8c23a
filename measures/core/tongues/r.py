"""A rule in R, with nothing but what R brings itself."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from measures.core.tongues.asked import Asked, Laid, lay_out, refuse_companion, told
from measures.core.tongues.infix import OF_TEXT, PATTERNS, OnFrame, called, shortest, used
from measures.core.tongues.laying import Tongue
from measures.core.tongues.steps import Expr, Raw, Step, Tagged

R = Tongue("r", "R", computes_text=True, tags="words")
_FUNCTIONS = {
    "min": "pmin",
    "max": "pmax",
    "log10": "lg10",
    "sqrt": "root",
    "characters": "nchar",
    "part": "substr",
}
_HELPERS = {
    "cells": """\
  cells <- function(name) {
    if (is.null(wave[[name]])) stop("the wave has no variable ", name)
    if (is.factor(wave[[name]])) stop(name, " is a factor: read the file with its codes in place")
    unclass(wave[[name]])
  }""",
    "number": "  number <- function(name) as.numeric(cells(name))",
    "text": """\
  text <- function(name) {
    found <- cells(name)
    if (!is.character(found) && !all(is.na(found)))  # read as numbers, "0351" and " 351" are 351
      stop(name, " is a text and was read as something else: read it with colClasses = \\"character\\"")
    as.character(found)
  }""",
    "day": '  day <- function(name) as.numeric(format(as.Date(wave[[name]]), "%Y%m%d"))',
    "is_empty": '  is_empty <- function(x) is.na(x) | x == ""',
    "beside": '  beside <- function(name) text(paste0(name, "__reason"))',
    "ln": "  ln <- function(x) suppressWarnings(log(x))",
    "lg10": "  lg10 <- function(x) suppressWarnings(log10(x))",
    "root": "  root <- function(x) suppressWarnings(sqrt(x))",
    "digits": "  digits <- function(x, from, to) suppressWarnings(as.numeric(substr(x, from, to)))",
    "read_number": "  read_number <- function(x) suppressWarnings(as.numeric(x))",
    "first_of": """\
  # condition, value, condition, value, ..., otherwise: the value of the first condition that holds
  first_of <- function(...) {
    parts <- list(...)
    found <- rep_len(parts[[length(parts)]], rows)
    for (at in rev(seq_len(length(parts) %/% 2) * 2)) {
      here <- which(rep_len(parts[[at - 1]], rows))
      found[here] <- rep_len(parts[[at]], rows)[here]
    }
    found
  }""",
}


def write(asked: Asked) -> str:
    """The text that adds the column to the data frame ``wave``; Refused where R cannot say the rule."""
    laid = lay_out(asked, R, is_beside=True)
    refuse_companion(laid)
    body = [line for step in laid.steps for line in _step(step)]
    body += list(_column(laid))
    helpers = used(_HELPERS, "\n".join(body))
    comments = [f"# {line}" for line in told(laid)]
    inside = [*helpers, *(f"  {line}" for line in body), "  wave"]
    return "\n".join([*comments, "", "wave <- local({", "  rows <- nrow(wave)", *inside, "})", ""])


def _step(step: Step) -> Iterator[str]:
    if step.comment:
        yield f"# {step.comment}"
    for at, target in enumerate(step.targets):
        yield from called(f"{target.name} <- first_of", _R.choices(step, at), "  ")


def _column(laid: Laid) -> Iterator[str]:
    """The column, NA where it is absent, and beside it the missing codes."""
    name, beside = quoted(laid.name), quoted(f"{laid.name}_missing")
    nothing = "NA_character_" if laid.is_text else "NA_real_"
    value = _R.expr(laid.value)
    if laid.absences:
        value = f"{_R.expr(laid.reason)} == 0, {value}, {nothing}"
    yield f"wave[[{name}]] <- first_of({value})"
    if laid.label:
        yield f'attr(wave[[{name}]], "label") <- {quoted(laid.label)}'
    if labels := [f"{quoted(text)} = {_value(value)}" for value, text in laid.value_labels]:
        yield f'attr(wave[[{name}]], "labels") <- c({", ".join(labels)})'
    if laid.absences:
        codes = [f"{_R.expr(laid.reason)} == {strength}, {code}" for _, strength, code in laid.absences]
        yield f"wave[[{beside}]] <- first_of("
        yield from (f"  {code}," for code in codes)
        yield from ("  NA_real_", ")")
        words = [f"{quoted(laid.word(reason))} = {code}" for reason, _, code in laid.absences]
        yield f'attr(wave[[{beside}]], "labels") <- c({", ".join(words)})'


def _value(value: int | float | str) -> str:
    return quoted(value) if isinstance(value, str) else number(value)


def quoted(text: str) -> str:
    """A text in quotes; signs that are not printed are written by their number."""
    signs = (
        {"\\": "\\\\", '"': '\\"'}.get(sign) or (sign if sign.isprintable() else f"\\U{{{ord(sign):x}}}")
        for sign in text
    )
    return f'"{"".join(signs)}"'


def number(value: float) -> str:
    """Digits that R reads as exactly this number, or the number in base 16 where R would round them."""
    text = shortest(value)
    return text if _as_r_reads(text) == float(value) else float(value).hex()


def _as_r_reads(text: str) -> float:
    """What R makes of digits: it goes by way of 64 bits, so that some are rounded twice."""
    exact = Fraction(text)
    if not exact:
        return 0.0
    if not 1e-15 < abs(exact) < 1e15 or len(text.replace(".", "").lstrip("-0")) > 18:
        return float("nan")
    shift = 64 - (abs(exact.numerator).bit_length() - exact.denominator.bit_length())
    scale = Fraction(2) ** shift
    size = round(exact * scale)
    while abs(size).bit_length() > 64:
        scale /= 2
        size = round(exact * scale)
    return float(Fraction(size) / scale)


class _Printer(OnFrame):
    def number(self, value: float) -> str:
        return number(value)

    def text(self, text: str) -> str:
        return quoted(text)

    def function(self, name: str, arguments: list[str]) -> str:
        if name == "number_of_text":
            return f"read_number({arguments[0]})"
        if name.endswith("_of_text"):
            start, length = OF_TEXT[name.removesuffix("_of_text")]
            return f"digits({arguments[0]}, {start}, {start + length - 1})"
        return f"{_FUNCTIONS.get(name, name)}({', '.join(arguments)})"

    def flag(self, condition: str) -> str:
        return f"as.numeric({condition})"

    def one_of(self, operand: str, options: tuple[Expr, ...]) -> str:
        return f"{operand} %in% c({', '.join(self.expr(one) for one in options)})"

    def truth(self, holds: bool) -> str:
        return "TRUE" if holds else "FALSE"

    def finite(self, var: str) -> str:
        return f"is.finite({var})"

    def empty(self, cell: Raw) -> str:
        return f"is_empty({self.raw(cell)})" if cell.kind == "text" else f"is.na({self.raw(cell)})"

    def tagged(self, cond: Tagged) -> str:
        return f"beside({quoted(cond.cell.variable)}) %in% {quoted(cond.word)}"

    def pattern(self, operand: str, name: str) -> str:
        return f'grepl("{PATTERNS[name]}", {operand})'

    def holds(self, operand: str, sought: str, at_start: bool) -> str:
        if at_start:
            return f"startsWith({operand}, {quoted(sought)})"
        return f"grepl({quoted(sought)}, {operand}, fixed = TRUE)"


_R = _Printer()
