"""The page of the docs about rules: every function of the registry, with its worked table and what it is in
SPSS, Stata and R.  Nothing of it is written by hand; ``manage.py rules_page`` makes it anew."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

import polars as pl

from measures.core.engine import Cell, DuckEngine, Plan, Rule, Source, SourceColumn
from measures.core.language.functions import FAMILIES, FUNCTIONS, OPERATORS, Function, Gives, Takes
from measures.core.tongues import TONGUES, Asked, rule_text
from measures.core.worked import TABLES, Worked, worked
from surveys.core.absence import LABELS, ranked
from surveys.core.codebook import MissingRule, Scalar, ValueType, Variable
from surveys.core.problems import Refused
from surveys.core.table import PHYSICAL, physical

SHOWN = ("spss", "stata", "r")
_COLUMN = "result"
_CODES = {"refused": -1, "dont_know": -2}
_TOP = """\
# Functions of rules

Made from the registry of the rule language by `manage.py rules_page`; do not edit it by hand.

An answer is a value, or an absence with its reason. Where several answers of a function are absent, the
strongest reason is that of the result. From the strongest to the weakest these are:

REASONS

Each table below is computed by the engine: the worked example as it is, then with an answer refused, then
with no answer at all. Scores that are fitted on a sample are shown on a small one.

What SPSS, Stata and R are told is the text that a measure's page offers, for a file where -1 is *refused*
and -2 *don't know*. It gives the same column, absences included; what a program cannot say is refused. See
[for researchers](researchers.md). Of each function only what a text says of itself is shown. Before it the
cells are read, and after it the column is made of what was found, both as follows for `income`. Names with
`v` are values (`t` texts, `c` conditions); names with `r` say which absence there is, the strongest the
highest, and 0 where there is none.
"""
_SAMPLE = Function(
    "income", "", "", Takes.NUMBERS, Gives.DECIMAL, 1, 1, {}, {}, "income", {"income": 1000}, 1000,
    also=({"income": {"missing": "dont_know"}},),
)  # fmt: skip


def page() -> str:
    """The whole page, in Markdown."""
    engine = DuckEngine()
    read = "\n".join(_equivalents(worked(_SAMPLE, engine), is_whole=True))
    parts = [_TOP.replace("REASONS", _reasons()), read, "## Operators\n", _operators()]
    for family, titles in FAMILIES.items():
        parts.append(f"## {titles['en']}\n")
        with engine.session() as session:
            parts += [_function(one, session) for one in FUNCTIONS.values() if one.family == family]
    return "\n".join(parts).rstrip() + "\n"


def _reasons() -> str:
    """The order of reasons, one a line, as :func:`surveys.core.absence.precedence` has it."""
    lines = [f"`{reason}` ({LABELS[reason]['en']})" for reason in ranked()]
    lines.insert(
        -1, "reasons of a study's own, codes (`code:7`) and tags (`tag:a`) without a word, by the alphabet"
    )
    return "\n".join(f"{at}. {line}" for at, line in enumerate(lines, 1))


def _operators() -> str:
    rows = [(f"`{signs}`", says["en"], absences["en"]) for signs, says, absences in OPERATORS]
    return _table(("operator", "what it is", "absences"), rows)


def _function(function: Function, engine: DuckEngine) -> str:
    shown = worked(function, engine)
    lines = [f"### {function.name}\n", f"`{function.signature}`\n", f"{function.help['en']}\n"]
    lines += [f"*Absences.* {function.absences['en']}\n", f"```\n{function.example}\n```\n", _worked(shown)]
    lines += _equivalents(shown)
    if function.second:
        again = worked(replace(function, example=function.second), engine)
        lines += [f"```\n{function.second}\n```\n", _worked(again)]
    return "\n".join(lines)


def _worked(shown: Worked) -> str:
    names = tuple(shown.checked.items)
    rows = [
        (*(_answer(given[name]) for name in names), f"**{_cell(cell)}**")
        for given, cell in zip(shown.given, shown.then, strict=True)
    ]
    return _table((*names, "result"), rows)


def _answer(answer: Any) -> str:
    return f"*{answer['missing']}*" if isinstance(answer, Mapping) else _value(answer)


def _cell(cell: Cell) -> str:
    return f"*{cell.reason}*" if cell.value is None else _value(cell.value)


def _value(value: Scalar) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else f"{value:.6g}"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    known = tuple(heads)
    lines = [known, ("---",) * len(known), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines) + "\n"


def _equivalents(shown: Worked, is_whole: bool = False) -> Iterator[str]:
    """The example in each program, or that it cannot be said there."""
    asked = _asked(shown)
    yield "<details><summary>In SPSS, Stata and R</summary>\n"
    for tongue in SHOWN:
        try:
            text = rule_text(tongue, asked)
            if not is_whole:
                text = _of_the_function(text, shown.checked.items)
            yield f"{TONGUES[tongue].title}:\n\n```{tongue}\n{text.rstrip()}\n```\n"
        except Refused as refused:
            yield f"{TONGUES[tongue].title}: {refused.problems[0].message}\n"
    yield "</details>\n"


def _of_the_function(text: str, items: tuple[str, ...]) -> str:
    """What comes after the cells have been read and before the column is made of what was found.

    Each part of a text stands below a comment that names it.
    """
    lines = dedent(text.partition("\n\n")[2]).splitlines()
    comments = [at for at, line in enumerate(lines) if _comment(line)]
    read = [at for at in comments if _comment(lines[at]) in items]
    rest = [at for at in comments if at > max(read, default=-1)]
    made = next(at for at, line in enumerate(lines) if f" {_COLUMN} = " in line or f'"{_COLUMN}"' in line)
    if lines[made].startswith(" ") and lines[made - 1].startswith("DO IF"):
        made -= 1
    return dedent("\n".join(lines[rest[0] if rest else 0 : made]))


def _comment(line: str) -> str:
    """The words of a line that is a comment; '' of any other."""
    stripped = line.strip()
    return stripped[2:].rstrip(".") if stripped.startswith(("* ", "# ")) else ""


def _asked(shown: Worked) -> Asked:
    """The example as a measure on a file that holds its respondents."""
    items = [_coded(shown, name) for name in shown.checked.items]
    columns = {one.name: SourceColumn(at, one) for at, one in enumerate(items)}
    kind = shown.checked.type
    rule = Rule(_COLUMN, shown.checked)
    if shown.checked.is_data_dependent:
        rule = replace(rule, fitted=_fitted(shown, rule, columns))
    return Asked(rule, Variable(_COLUMN, kind), columns, contexts=TABLES, codes=_CODES)


def _coded(shown: Worked, name: str) -> Variable:
    variable = shown.checked.scope.items[name]
    if not variable.type.is_number:
        return variable
    met = {given[name]["missing"] for given in shown.given if isinstance(given[name], Mapping)}
    rules = [MissingRule(reason, value=code) for reason, code in _CODES.items() if reason in met]
    return replace(variable, missing=tuple(rules))


def _fitted(shown: Worked, rule: Rule, columns: Mapping[str, SourceColumn]) -> Mapping[str, Any]:
    """The numbers that the engine fits on the respondents of the table."""
    cells = {
        physical(one.position): pl.Series(
            [_raw(given[name]) for given in shown.given], dtype=PHYSICAL[ValueType(one.variable.type)]
        )
        for name, one in columns.items()
    }
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        pl.DataFrame(cells).write_parquet(path)
        plan = Plan(Source(path, columns), (rule,), contexts=TABLES)
        (result,) = DuckEngine().derive(plan, Path(folder))
    return result.fitted


def _raw(answer: Any) -> Any:
    return _CODES[answer["missing"]] if isinstance(answer, Mapping) else answer
