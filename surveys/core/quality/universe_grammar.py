"""The grammar of universes that can be checked; loaded by the first of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError

from surveys.core.codebook import Scalar
from surveys.core.quality.universe import Condition, Joined, Universe

_SPELLINGS = {"=": "==", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">="}
_CHECKBOX = ("(", ")")  # ``[field(3)]`` is the column field___3


def parsed(text: str) -> Universe | None:
    """The condition that ``text`` states; None for plain words."""
    try:
        return _Nodes().transform(_grammar().parse(text))  # type: ignore[no-any-return]
    except (LarkError, RecursionError):
        return None


@cache
def _grammar() -> Lark:
    text = Path(__file__).with_name("universe.lark").read_text("utf-8")
    return Lark(text, parser="lalr", propagate_positions=False)


class _Nodes(Transformer[Token, Any]):
    def start(self, parts: list[Any]) -> Universe:
        whole: Universe = parts[0]
        return whole

    def name(self, parts: list[Token]) -> str:
        text = str(parts[0])
        if parts[0].type == "NAME":
            return text
        opening, closing = _CHECKBOX
        bare = text[1:-1].strip()
        return bare.replace(opening, "___").rstrip(closing) if opening in bare and text[0] == "[" else bare

    def value(self, parts: list[Token]) -> Scalar:
        text = str(parts[0])
        return text[1:-1] if parts[0].type == "TEXT" else float(text)

    def compared(self, parts: list[Any]) -> Condition:
        sign = str(parts[1])
        return Condition(parts[0], _SPELLINGS.get(sign, sign), (parts[2],))

    def among(self, parts: list[Any]) -> Condition:
        return Condition(parts[0], "in", tuple(parts[1:]))

    def not_among(self, parts: list[Any]) -> Joined:
        return Joined("not", (self.among(parts),))

    def absent(self, parts: list[Any]) -> Condition:
        return Condition(parts[0], "missing")

    def negated(self, parts: list[Any]) -> Joined:
        return Joined("not", tuple(parts))

    def both(self, parts: list[Any]) -> Joined:
        return Joined("and", tuple(parts))

    def either(self, parts: list[Any]) -> Joined:
        return Joined("or", tuple(parts))
