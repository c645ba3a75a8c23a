"""A rule in Python, on a data frame of pandas."""

from __future__ import annotations

from collections.abc import Iterator

from measures.core.tongues.asked import Asked, Laid, lay_out, refuse_companion, told
from measures.core.tongues.infix import OF_TEXT, PATTERNS, Printer, shortest, used
from measures.core.tongues.laying import Tongue
from measures.core.tongues.steps import Expr, Math, Num, Raw, Step, Tagged, Var

PYTHON = Tongue("python", "Python", computes_text=True, tags="words")
_HELPERS = {
    "number": """\
    def number(name):
        return pd.to_numeric(wave[name]).to_numpy(dtype=float, na_value=np.nan)
""",
    "text": """\
    def text(name):
        return wave[name].astype(object).where(wave[name].notna(), "").to_numpy()
""",
    "day": """\
    def day(name):
        date = pd.to_datetime(wave[name])
        return (date.dt.year * 10000 + date.dt.month * 100 + date.dt.day).to_numpy(dtype=float)
""",
    "matches": """\
    def matches(pattern, cells):
        return np.array([re.fullmatch(pattern, cell) is not None for cell in cells], dtype=bool)
""",
    "digits": """\
    def digits(cells, start, end):
        parts = [cell[start:end] for cell in cells]
        return np.array([float(part) if part.isdecimal() else 0.0 for part in parts])
""",
    "read_number": """\
    def read_number(cells, pattern):
        return np.array([float(cell) if re.fullmatch(pattern, cell) else 0.0 for cell in cells])
""",
    "characters": """\
    def characters(cells):
        return np.array([len(cell) for cell in cells], dtype=float)
""",
    "part": """\
    def part(cells, start, end):
        found = np.empty(len(cells), dtype=object)
        found[:] = [cell[start - 1:end] for cell in cells]
        return found
""",
    "starts": """\
    def starts(cells, sought):
        return np.array([cell.startswith(sought) for cell in cells], dtype=bool)
""",
    "holds": """\
    def holds(cells, sought):
        return np.array([sought in cell for cell in cells], dtype=bool)
""",
    "first_of": """\
    def first_of(*parts, kind=float):
        # condition, value, condition, value, ..., otherwise: the value of the first condition that holds
        found = np.empty(len(wave), dtype=kind)
        found[:] = parts[-1]
        for holds, value in zip(parts[-3::-2], parts[-2::-2]):
            found = np.where(holds, value, found).astype(kind)
        return found
""",
}


def write(asked: Asked) -> str:
    """The text that adds the column to the data frame ``wave``; Refused where pandas cannot say the rule."""
    laid = lay_out(asked, PYTHON, is_beside=True)
    refuse_companion(laid)
    body = [line for step in laid.steps for line in _step(step)]
    helpers = used(_HELPERS, "\n".join([*body, "first_of("]))
    imports = ["import re", ""] if any("re.fullmatch" in helper for helper in helpers) else []
    lines = [f"# {line}" for line in told(laid)]
    lines += ["", *imports, "import numpy as np", "import pandas as pd", "", "", "def derived(wave):"]
    lines += [
        "\n".join(helpers),
        '    with np.errstate(all="ignore"):',
        *(f"        {line}" for line in body),
    ]
    return "\n".join([*lines, *(f"    {line}" for line in _column(laid)), "", "", "wave = derived(wave)", ""])


def _step(step: Step) -> Iterator[str]:
    if step.comment:
        yield f"# {step.comment}"
    for at, target in enumerate(step.targets):
        pairs = [f"{_PYTHON.cond(cond)}, {_PYTHON.expr(found[at])}" for cond, found in step.branches]
        parts = [*pairs, _PYTHON.expr(step.otherwise[at]), *(["kind=object"] if target.is_text else [])]
        whole = f"{target.name} = first_of({', '.join(parts)})"
        if len(whole) <= 100:
            yield whole
        else:
            yield f"{target.name} = first_of("
            yield from (f"    {part}," for part in parts)
            yield ")"


def _column(laid: Laid) -> Iterator[str]:
    """The column, empty where it is absent, and beside it the missing codes."""
    value = _PYTHON.expr(laid.value)
    kind, nothing = (", kind=object", "None") if laid.is_text else ("", "np.nan")
    if laid.absences:
        value = f"{_PYTHON.expr(laid.reason)} == 0, {value}, {nothing}"
    yield "wave = wave.copy(deep=False)"
    yield f"wave[{laid.name!r}] = first_of({value}{kind})"
    if laid.absences:
        yield f"wave[{laid.name + '_missing'!r}] = first_of("
        for _, strength, code in laid.absences:
            yield f"    {_PYTHON.expr(laid.reason)} == {strength}, {code},"
        yield from ("    np.nan,", ")")
    if laid.label:
        yield f'wave.attrs.setdefault("variable_labels", {{}})[{laid.name!r}] = {laid.label!r}'
    if laid.value_labels:
        yield f'wave.attrs.setdefault("value_labels", {{}})[{laid.name!r}] = {dict(laid.value_labels)!r}'
    if laid.absences:
        words = {code: laid.word(reason) for reason, _, code in laid.absences}
        yield f'wave.attrs.setdefault("missing_codes", {{}})[{laid.name!r}] = {words!r}'
    yield "return wave"


class _Printer(Printer):
    negation = "np.logical_not"

    def expr(self, expr: Expr) -> str:
        match expr:
            case Math(operator="/", left=Num(value=value), right=Num(value=divisor)):
                return f"(np.float64({shortest(value)}) / {shortest(divisor)})"  # 0 has no other quotient
        return super().expr(expr)

    def number(self, value: float) -> str:
        return shortest(value)

    def text(self, text: str) -> str:
        return repr(text)

    def var(self, var: Var) -> str:
        return var.name

    def raw(self, cell: Raw) -> str:
        return f"{_READ[cell.kind]}({cell.variable!r})"

    def function(self, name: str, arguments: list[str]) -> str:
        if name == "number_of_text":
            return f"read_number({arguments[0]}, {PATTERNS['number']!r})"
        if name.endswith("_of_text"):
            start, length = OF_TEXT[name.removesuffix("_of_text")]
            return f"digits({arguments[0]}, {start - 1}, {start - 1 + length})"
        if name in ("part", "characters"):
            return f"{name}({', '.join(arguments)})"
        if name in ("min", "max"):
            whole = arguments[0]
            for one in arguments[1:]:
                whole = f"np.{name}imum({whole}, {one})"
            return whole
        return f"np.{'log' if name == 'ln' else name}({arguments[0]})"

    def flag(self, condition: str) -> str:
        return f"(1.0 * ({condition}))"

    def one_of(self, operand: str, options: tuple[Expr, ...]) -> str:
        return f"np.isin({operand}, [{', '.join(self.expr(one) for one in options)}])"

    def truth(self, holds: bool) -> str:
        return "np.True_" if holds else "np.False_"

    def finite(self, var: str) -> str:
        return f"np.isfinite({var})"

    def empty(self, cell: Raw) -> str:
        return f'{self.raw(cell)} == ""' if cell.kind == "text" else f"np.isnan({self.raw(cell)})"

    def tagged(self, cond: Tagged) -> str:
        return f"text({cond.cell.variable + '__reason'!r}) == {cond.word!r}"

    def pattern(self, operand: str, name: str) -> str:
        return f"matches({PATTERNS[name]!r}, {operand})"

    def holds(self, operand: str, sought: str, at_start: bool) -> str:
        return f"{'starts' if at_start else 'holds'}({operand}, {sought!r})"


_READ = {"number": "number", "text": "text", "date": "day"}
_PYTHON = _Printer()
