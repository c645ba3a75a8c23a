"""A table in LaTeX, by booktabs; everything that is not ours is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analytics.core.output.table import Table, TableCell, TableRow, letter, typeset

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "−": r"$-$",
    "×": r"$\times$",
    "²": r"\textsuperscript{2}",
    "χ": r"$\chi$",
    "†": r"\dag{}",
    "‡": r"\ddag{}",
    "√": r"$\surd$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_HEAD = (
    "% Packages: booktabs, threeparttable, and for \\textquotedbl T1 fonts (\\usepackage[T1]{fontenc}).\n"
    "% \\input this file inside a document.\n"
)
_CHINESE = (
    "% Chinese texts: compile with xelatex, in the class ctexart or with \\usepackage[UTF8]{ctex}; "
    "leave fontenc out.\n"
)


def as_latex(table: Table) -> bytes:
    """A ``table`` environment to be read by ``\\input``; figures line up, stars hang over; UTF-8."""
    return "\n".join([_head(table) + r"\begin{table}[htbp]", *_body(table), r"\end{table}", ""]).encode()


def escaped(text: str) -> str:
    """Text with LaTeX's special characters taken literally; line breaks and control characters are spaces."""
    return "".join(_SPECIAL.get(one, one) for one in _CONTROL.sub(" ", text)).replace("--", "-{}-")


def _head(table: Table) -> str:
    texts = [table.title, *table.columns, *(row.label for row in table.rows), *table.lines_below()]
    return _HEAD + (_CHINESE if any("\u2e80" <= one <= "\uffef" for text in texts for one in text) else "")


def _body(table: Table) -> Iterator[str]:
    yield r"\centering"
    yield r"\begin{threeparttable}"
    if table.title:
        yield rf"\caption{{{escaped(table.title)}}}"
    yield rf"\begin{{tabular}}{{l{'r' * len(table.columns)}}}"
    yield r"\toprule"
    if table.spans:
        yield from _spans(table)
    yield " & ".join(["", *(rf"\multicolumn{{1}}{{c}}{{{escaped(one)}}}" for one in table.columns)]) + r" \\"
    for heading, rows in table.parts:
        yield r"\midrule"
        if heading:
            yield rf"\multicolumn{{{len(table.columns) + 1}}}{{l}}{{\emph{{{escaped(heading)}}}}} \\"
        for row in rows:
            yield from _lines(row)
    yield r"\bottomrule"
    yield r"\end{tabular}"
    yield r"\begin{tablenotes}[flushleft]\footnotesize"
    yield from (rf"\item[{mark}] {escaped(text)}" for mark, text in table.below())
    yield r"\end{tablenotes}"
    yield r"\end{threeparttable}"


def _spans(table: Table) -> Iterator[str]:
    texts = [
        rf"\multicolumn{{{width}}}{{c}}{{{escaped(text)}}}" if text else "" for text, width in table.heads()
    ]
    yield " & ".join(["", *texts]) + r" \\"
    yield " ".join(
        rf"\cmidrule(lr){{{span.start + 2}-{span.start + span.width + 1}}}" for span in table.spans
    )


def _lines(row: TableRow) -> Iterator[str]:
    """The row, and below it the line of its errors where it has any; braces keep “[” from being an option."""
    yield " & ".join([_protected(escaped(row.label)), *map(_figure, row.cells)]) + r" \\"
    if any(cell is not None and cell.below for cell in row.cells):
        yield " & ".join(["", *map(_below, row.cells)]) + r" \\"


def _protected(text: str) -> str:
    return "{}" + text if text.startswith(("[", "*")) else text


def _figure(cell: TableCell | None) -> str:
    """The figure; stars and marks take no width, so that the digits of a column line up."""
    if cell is None:
        return ""
    hung = "".join((*map(_star, [cell.stars] if cell.stars else []), *map(_raised, map(letter, cell.marks))))
    figure = escaped(typeset(cell.figure))
    return f"{figure}\\rlap{{{hung}}}" if hung else figure


def _star(stars: str) -> str:
    return _raised(r"\dag" if stars == "†" else escaped(stars))


def _raised(text: str) -> str:
    return rf"\textsuperscript{{{text}}}"


def _below(cell: TableCell | None) -> str:
    if cell is None or not cell.below:
        return ""
    return escaped(cell.below.removesuffix(")")) + r"\rlap{)}"
