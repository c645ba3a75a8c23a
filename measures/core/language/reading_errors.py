"""What a parser could not read, in the words of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from surveys.core.problems import Refused, refuse
from surveys.core.said import alternatives, say

_SIGNS = {
    "PLUS": "+", "MINUS": "-", "TIMES": "*", "DIVIDE": "/", "_SETS": "=", "OPEN": "(", "CLOSE": ")",
    "LEFT": "[", "RIGHT": "]", "START": "{", "END": "}", "_COMMA": ",", "_COLON": ":", "TO": "..",
    "_DOT": ".",
}  # fmt: skip
_KEYWORDS = {"OR": "or", "AND": "and", "NOT": "not", "IN": "in", "BETWEEN": "between"}
_THINGS = {
    "COMPARE": say("a comparison"),
    "NUMBER": say("a number"),
    "NAME": say("a name"),
    "QUOTED": say("a name"),
    "TEXT": say("a text"),
    "$END": say("the end of the rule"),
}
_BEGINS_VALUE = {"NUMBER", "NAME", "QUOTED", "TEXT"}
_OPERATORS = {"OR", "AND", "IN", "BETWEEN", "COMPARE", "PLUS", "MINUS", "TIMES", "DIVIDE"}
_HINTS = {
    "=": say("Write == to compare; = only names a setting, as in other=0."),
    "＝": say("Write == to compare; = only names a setting, as in other=0."),
    "&": say("Write and."),
    "|": say("Write or."),
    "!": say("Write not, or != for “is not equal to”."),
    "%": say("There is no remainder or percent sign in rules."),
    "^": say("There is no power operator in rules; multiply."),
    "*": say("There is no power operator in rules; multiply."),
    ";": say("A rule is a single expression."),
    "AND": say("Write and in small letters."),
    "OR": say("Write or in small letters."),
    "NOT": say("Write not in small letters."),
    "IN": say("Write in in small letters."),
    ".": say("A dot stands only between a context table and its column, in lookup(table.column, key=…)."),
    "if": say("Write case((condition, value), otherwise=value)."),
}
_QUOTES = "\"'“”‘’「」`"


def unreadable(text: str, problem: UnexpectedToken | UnexpectedCharacters | UnexpectedEOF) -> Refused:
    """The refusal for a rule that does not parse: what stands there, what was expected, and where."""
    if isinstance(problem, UnexpectedCharacters):
        return _strange_character(text, problem.pos_in_stream or 0)
    token = problem.token if isinstance(problem, UnexpectedToken) else None
    if token is None or token.type == "$END":
        return _ended(text, _expected(problem))
    at = token.start_pos or 0
    word = str(token)
    return refuse(
        "unreadable_rule",
        say(
            "“{word}” cannot stand here; expected {expected}.",
            word=_short(word),
            expected=_list(_expected(problem)),
        ),
        hint=_HINTS.get(word, ""),
        position=(at, at + len(word)),
    )


def _ended(text: str, expected: tuple[str, ...]) -> Refused:
    end = len(text)
    still_open = _still_open(text)
    if still_open is not None:
        message = say("The “{text}” opened here is never closed.", text=text[still_open])
        return refuse(
            "unclosed",
            message,
            hint=say("Expected {expected} at the end.", expected=_list(expected)),
            position=(still_open, end),
        )
    message = say("The rule ends too early; expected {expected}.", expected=_list(expected))
    return refuse("unreadable_rule", message, position=(max(end - 1, 0), end))


def _strange_character(text: str, at: int) -> Refused:
    sign = text[at]
    if sign in _QUOTES:
        message = say("The text or name that begins here with {sign} has no end.", sign=sign)
        hint = "Close it with the same quotation mark, on the same line."
        return refuse("unclosed", message, hint=hint, position=(at, len(text)))
    hint = _HINTS.get(sign, "")
    if sign.isalpha():
        hint = "Put a name with other than plain letters, digits and _ in backticks: `…`."
    return refuse(
        "unreadable_rule", say("“{sign}” has no meaning here.", sign=sign), hint=hint, position=(at, at + 1)
    )


def deepest(text: str) -> int:
    """How many brackets stand within one another at most."""
    return max((len(stack) for stack in _open_brackets(text)), default=0)


def _still_open(text: str) -> int | None:
    """Where the innermost bracket stands that nothing closes."""
    *_, stack = [[], *_open_brackets(text)]
    return stack[-1] if stack else None


def _open_brackets(text: str) -> Iterator[list[int]]:
    """After each sign, where brackets stand that are not closed yet; quoted texts are passed over."""
    closing = {"(": ")）", "（": ")）", "[": "]］", "［": "]］", "{": "}｝", "｛": "}｝"}
    ends = {'"': '"', "'": "'", "“": "”", "‘": "’", "「": "」", "`": "`"}
    stack: list[int] = []
    quote = ""
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in ends:
            quote = ends[sign]
        elif sign in closing:
            stack.append(at)
        elif stack and sign in closing[text[stack[-1]]]:
            stack.pop()
        yield stack


def _expected(problem: UnexpectedToken | UnexpectedEOF | UnexpectedCharacters) -> tuple[str, ...]:
    names: Iterable[str]
    if isinstance(problem, UnexpectedToken):
        names = problem.accepts or problem.expected
    else:
        names = getattr(problem, "expected", ())
    found = set(names)
    words = []
    if found >= _BEGINS_VALUE:
        words.append(say("a value"))
        found -= _BEGINS_VALUE | {"OPEN", "LEFT", "START", "MINUS", "PLUS", "NOT", "TO"}
    elif {"PLUS", "MINUS"} <= found:
        words.append(say("an operator"))
        found -= _OPERATORS | {"NOT", "_DOT", "TO", "OPEN", "_SETS"}
    words += [_THINGS[name] for name in sorted(found & _THINGS.keys())]
    words += [f"“{_SIGNS.get(name, name)}”" for name in sorted(found - _THINGS.keys() - _KEYWORDS.keys())]
    words += [say("the word {word}", word=_KEYWORDS[name]) for name in sorted(found & _KEYWORDS.keys())]
    return tuple(dict.fromkeys(words))


def _list(words: tuple[str, ...]) -> str:
    """The last two with *or* between them, the others before them with commas."""
    if len(words) < 3:
        return alternatives(words) if words else say("something else")
    return say("{names}, {last}", names=words[:-2], last=alternatives(words[-2:]))


def _short(word: str) -> str:
    return word if len(word) <= 40 else word[:37] + "…"
