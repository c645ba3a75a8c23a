"""What a parser could not read, in the words of a person."""

from __future__ import annotations

from collections.abc import Iterable

from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from surveys.core.problems import Refused, refuse

_WORDS = {
    "OR": "or", "AND": "and", "NOT": "not", "IN": "in", "BETWEEN": "between", "COMPARE": "a comparison",
    "PLUS": "+", "MINUS": "-", "TIMES": "*", "DIVIDE": "/", "_SETS": "=", "OPEN": "(", "CLOSE": ")",
    "LEFT": "[", "RIGHT": "]", "START": "{", "END": "}", "_COMMA": ",", "_COLON": ":", "TO": "..",
    "_DOT": ".", "NUMBER": "a number", "NAME": "a name", "QUOTED": "a name", "TEXT": "a text",
    "$END": "the end of the rule",
}  # fmt: skip
_BEGINS_VALUE = {"NUMBER", "NAME", "QUOTED", "TEXT"}
_OPERATORS = {"OR", "AND", "IN", "BETWEEN", "COMPARE", "PLUS", "MINUS", "TIMES", "DIVIDE"}
_HINTS = {
    "=": "Write == to compare; = only names a setting, as in other=0.",
    "＝": "Write == to compare; = only names a setting, as in other=0.",
    "&": "Write and.",
    "|": "Write or.",
    "!": "Write not, or != for “is not equal to”.",
    "%": "There is no remainder or percent sign in rules.",
    "^": "There is no power operator in rules; multiply.",
    "*": "There is no power operator in rules; multiply.",
    ";": "A rule is a single expression.",
    "AND": "Write and in small letters.",
    "OR": "Write or in small letters.",
    "NOT": "Write not in small letters.",
    "IN": "Write in in small letters.",
    ".": "A dot stands only between a context table and its column, in lookup(table.column, key=…).",
    "if": "Write case((condition, value), otherwise=value).",
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
        f"“{_short(word)}” cannot stand here; expected {_list(_expected(problem))}.",
        hint=_HINTS.get(word, ""),
        position=(at, at + len(word)),
    )


def _ended(text: str, expected: tuple[str, ...]) -> Refused:
    end = len(text)
    still_open = _still_open(text)
    if still_open is not None:
        message = f"The “{text[still_open]}” opened here is never closed."
        return refuse(
            "unclosed", message, hint=f"Expected {_list(expected)} at the end.", position=(still_open, end)
        )
    message = f"The rule ends too early; expected {_list(expected)}."
    return refuse("unreadable_rule", message, position=(max(end - 1, 0), end))


def _strange_character(text: str, at: int) -> Refused:
    sign = text[at]
    if sign in _QUOTES:
        message = f"The text or name that begins here with {sign} has no end."
        hint = "Close it with the same quotation mark, on the same line."
        return refuse("unclosed", message, hint=hint, position=(at, len(text)))
    hint = _HINTS.get(sign, "")
    if sign.isalpha():
        hint = "Put a name with other than plain letters, digits and _ in backticks: `…`."
    return refuse("unreadable_rule", f"“{sign}” has no meaning here.", hint=hint, position=(at, at + 1))


def _still_open(text: str) -> int | None:
    """Where the innermost bracket stands that nothing closes; quoted texts are passed over."""
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
    return stack[-1] if stack else None


def _expected(problem: UnexpectedToken | UnexpectedEOF | UnexpectedCharacters) -> tuple[str, ...]:
    names: Iterable[str]
    if isinstance(problem, UnexpectedToken):
        names = problem.accepts or problem.expected
    else:
        names = getattr(problem, "expected", ())
    found = set(names)
    words = []
    if found >= _BEGINS_VALUE:
        words.append("a value")
        found -= _BEGINS_VALUE | {"OPEN", "LEFT", "START", "MINUS", "PLUS", "NOT", "TO"}
    elif {"PLUS", "MINUS"} <= found:
        words.append("an operator")
        found -= _OPERATORS | {"NOT", "_DOT", "TO", "OPEN", "_SETS"}
    words += sorted(_WORDS.get(name, name) for name in found)
    return tuple(words)


def _list(words: tuple[str, ...]) -> str:
    if len(words) < 2:
        return "".join(words) or "something else"
    return ", ".join(words[:-1]) + " or " + words[-1]


def _short(word: str) -> str:
    return word if len(word) <= 40 else word[:37] + "…"
