"""The trees of two rules laid over each other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from measures.core.language import nodes as n
from measures.core.language import parse
from surveys.core.problems import Refused

SAME, GONE, NEW = " ", "-", "+"


@dataclass(frozen=True)
class RuleLine:
    """A part of a rule's tree: ``sign`` says on which side it stands, ``depth`` how deep."""

    sign: str
    depth: int
    text: str


def rule_difference(old: str, new: str) -> tuple[RuleLine, ...]:
    """The trees of two rules laid over each other; parts that are alike stand as one line each.

    Spelling (blanks, line breaks) is no difference.  A text that does not parse (a draft may hold one) is one
    line.
    """
    try:
        one, other = _Tree.of(parse(old), old), _Tree.of(parse(new), new)
    except Refused:
        return (RuleLine(GONE, 0, old), RuleLine(NEW, 0, new)) if old != new else (RuleLine(SAME, 0, old),)
    return tuple(_laid(one, other, 0))


@dataclass(frozen=True)
class _Tree:
    """A part of a rule: ``head`` is what it is apart from its parts, ``text`` the whole of it on one line."""

    head: str
    text: str
    parts: tuple[_Tree, ...]
    is_enclosed: bool = False  # in parentheses, which a part on a line of its own needs not

    @property
    def line(self) -> str:
        return self.text[1:-1] if self.is_enclosed else self.text

    @classmethod
    def of(cls, node: n.Node, rule: str) -> _Tree:
        children = tuple(cls.of(child, rule) for child in node.children())
        if isinstance(node, n.Mapping):  # a key and what it becomes belong together
            pairs = zip(children[::2], children[1::2], strict=True)
            children = tuple(cls(key.text, f"{key.text}: {value.text}", (value,)) for key, value in pairs)
        text = _written(node, children)
        return (
            cls(text, text, ())
            if isinstance(node, n.Range)
            else cls(_head(node), text, children, isinstance(node, n.Binary))
        )


def _head(node: n.Node) -> str:
    match node:
        case n.Call(function=function):
            return f"{function}(…)"
        case n.Keyword(name=name):
            return f"{name}="
        case n.Binary(operator=operator) | n.Unary(operator=operator):
            return operator
        case n.Membership(is_negated=is_negated):
            return "not in" if is_negated else "in"
        case n.Between(is_negated=is_negated):
            return "not between" if is_negated else "between"
        case n.Mapping():
            return "{…}"
        case n.Listing():
            return "(…)"
        case n.Range():
            return ".."
        case n.Name(name=name):
            return _quoted(name)
        case n.Path(table=table, column=column):
            return f"{_quoted(table)}.{_quoted(column)}"
        case n.Text(value=text):
            return json.dumps(text, ensure_ascii=False)
        case n.Number(value=number):
            return _exact(number)
    raise TypeError(type(node).__name__)


def _exact(number: float) -> str:
    """The shortest spelling that is this number and no other."""
    return str(int(number)) if abs(number) < 1e15 and number == int(number) else repr(number)


def _quoted(name: str) -> str:
    """A name as a rule writes it."""
    return name if name.isascii() and name.isidentifier() else f"`{name}`"


def _written(node: n.Node, parts: Sequence[_Tree]) -> str:
    """The part on one line, spelt one way."""
    texts = [part.text for part in parts]
    match node:
        case n.Call(function=function):
            return f"{function}({', '.join(texts)})"
        case n.Keyword(name=name):
            return f"{name}={texts[0]}"
        case n.Unary(operator=operator):
            return f"{operator} {texts[0]}" if operator == "not" else f"{operator}{texts[0]}"
        case n.Binary(operator=operator):
            return f"({texts[0]} {operator} {texts[1]})"
        case n.Membership():
            return f"{texts[0]} {_head(node)} ({', '.join(texts[1:])})"
        case n.Between():
            return f"{texts[0]} {_head(node)} {texts[1]} and {texts[2]}"
        case n.Mapping():
            return "{" + ", ".join(texts) + "}"
        case n.Listing():
            return f"({', '.join(texts)})"
        case n.Range(low=low, high=high):
            ends = iter(texts)
            return f"{next(ends) if low else ''}..{next(ends) if high else ''}"
    return _head(node)


def _laid(old: _Tree, new: _Tree, depth: int) -> Iterator[RuleLine]:
    if old.text == new.text:
        yield RuleLine(SAME, depth, old.line)
    elif old.head != new.head or not (old.parts and new.parts):
        yield RuleLine(GONE, depth, old.line)
        yield RuleLine(NEW, depth, new.line)
    else:
        yield RuleLine(SAME, depth, old.head)
        yield from _parts_laid(old.parts, new.parts, depth + 1)


def _parts_laid(old: Sequence[_Tree], new: Sequence[_Tree], depth: int) -> Iterator[RuleLine]:
    before, after = [part.text for part in old], [part.text for part in new]
    matched = SequenceMatcher(None, before, after, autojunk=False)
    for what, i, end, j, stop in matched.get_opcodes():
        if what == "equal":
            yield from (RuleLine(SAME, depth, part.line) for part in old[i:end])
            continue
        pairs = min(end - i, stop - j) if what == "replace" else 0
        for one, other in zip(old[i : i + pairs], new[j : j + pairs], strict=True):
            yield from _laid(one, other, depth)
        yield from (RuleLine(GONE, depth, part.line) for part in old[i + pairs : end])
        yield from (RuleLine(NEW, depth, part.line) for part in new[j + pairs : stop])
