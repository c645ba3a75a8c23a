"""Every sentence that the cores can say, gathered from where it is written out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

ROOMS = ("surveys", "measures", "analytics")
# Positions and names of what a reader of a page may come to see.
SPOKEN: dict[str, tuple[int, ...]] = {
    "say": (0,), "say_n": (1, 2), "sentence": (0,), "refuse": (1,), "Problem": (1, 3), "Finding": (2,),
    "Check": (2,), "Loss": (2,), "AuditFinding": (2,), "broken": (0,), "bomb": (0,), "_unfit": (1,),
    "shortened": (1, 2),
    "require_slug": (1,), "wrong": (1,), "problem": (1, 3), "_ask": (1,),
}  # fmt: skip
METHODS = {"wrong", "problem", "shortened"}
KEYWORDS = {"message", "hint", "why"}
VARIABLES = {"message", "hint", "text", "why", "sentence", "told", "KNOWN", "_HOW", "BOUNDARY", "BETWEEN"}
# Texts under such a name that no page shows: tallies, file names, what commands and the API say.
SILENT = {
    "surveys/core/citation.py",
    "surveys/http/views.py",
    "surveys/services/fixity.py",
    "measures/services/fixity.py",
    "measures/core/engine/prepare.py",
    "measures/core/language/sentences.py",
}


def templates() -> Iterator[tuple[str, str]]:
    """(place, template) of each; an f-string stands in the place of a template as it is written."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name not in SILENT and not {"management", "migrations"} & set(path.parts):
                yield from _of(path, name)


def _of(path: Path, name: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for part, is_template in _spoken(node):
            for text in _texts(part):
                yield f"{name}:{part.lineno}", text if is_template else _escaped(text)


def _spoken(node: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """The expressions under ``node`` that give a sentence, and whether they are templates already."""
    if isinstance(node, ast.Call):
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if called in SPOKEN and (isinstance(node.func, ast.Name) or called in METHODS):
            places = [node.args[at] for at in SPOKEN[called] if at < len(node.args)]
            keywords = [
                one.value for one in node.keywords if one.arg in KEYWORDS and called not in ("say", "say_n")
            ]
            yield from ((part, called in ("say", "say_n")) for part in (*places, *keywords))
    elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in VARIABLES:
        yield node.value, False


def _texts(part: ast.expr) -> Iterator[str]:
    if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
        yield part.value
    elif isinstance(part, ast.JoinedStr):
        words = [value.value for value in part.values if isinstance(value, ast.Constant)]
        yield from [ast.unparse(part)] if any(" " in str(word) for word in words) else []
    elif isinstance(part, ast.IfExp):
        yield from (*_texts(part.body), *_texts(part.orelse))
    elif isinstance(part, ast.BoolOp):
        yield from (text for value in part.values for text in _texts(value))


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
