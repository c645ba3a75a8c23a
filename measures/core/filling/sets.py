"""Forms over several items: how many hold, sums and means, and the score of a factor."""

from __future__ import annotations

from dataclasses import dataclass

from measures.core.filling.pieces import Collected, Unfit, codes_text, keywords_of, name_text, number_text
from measures.core.language.functions_of_samples import BASES, METHODS, ROTATIONS, SCORINGS
from measures.core.language.nodes import Binary, Call, Keyword, Membership, Name, Node, Number, Range, Text
from surveys.core.said import say

OF_CONDITIONS = ("any_of", "all_of", "count_of", "share_of")
OF_NUMBERS = ("sum_of", "mean_of", "min", "max")


@dataclass(frozen=True)
class Combining:
    """``holds``: codes that count, of items that are not coded 0/1; ``at_least``: valid answers needed."""

    function: str = "any_of"
    items: tuple[str, ...] = ()
    holds: str = ""
    at_least: str = ""
    turned: str = ""  # items of numbers that are turned round first

    def node(self) -> Node:
        told = Collected()
        items = told.names(self.items)
        if self.function not in (*OF_CONDITIONS, *OF_NUMBERS):
            told.problem(
                "unknown_form", say("There is no function called {function}.", function=self.function)
            )
        if self.function in OF_CONDITIONS and self.holds.strip():
            codes = told.codes(self.holds)
            items = tuple(_holding(item, codes) for item in items)
        if self.function in OF_NUMBERS:
            items = _turned(told, items, self.turned)
        least = (_at_least(told, self.at_least),) if self.at_least.strip() else ()
        told.done()
        return Call(self.function, items, least)

    @classmethod
    def of(cls, node: Node) -> Combining:
        if not isinstance(node, Call) or node.function not in (*OF_CONDITIONS, *OF_NUMBERS):
            raise Unfit
        arguments, turned = _turned_back(node.arguments)
        pairs = [_parted(one) for one in arguments]
        codes = {codes for _, codes in pairs}
        if len(codes) != 1 or (codes != {()} and node.function in OF_NUMBERS):
            raise Unfit
        if turned and node.function not in OF_NUMBERS:
            raise Unfit
        (held,) = codes
        least = number_text(keywords_of(node, "at_least").get("at_least"))
        return cls(
            node.function, tuple(name for name, _ in pairs), codes_text(held) if held else "", least, turned
        )


def _turned(told: Collected, items: tuple[Node, ...], turned: str) -> tuple[Node, ...]:
    """The items, those that are named in ``turned`` turned round."""
    names = [one.strip() for one in turned.replace("，", ",").replace("、", ",").split(",") if one.strip()]
    known = [one.name for one in items if isinstance(one, Name)]
    for name in names:
        if name not in known:
            told.problem("not_among_items", say("{name} is not among the items.", name=name))
    return tuple(
        Call("reverse", (one,)) if isinstance(one, Name) and one.name in names else one for one in items
    )


def _turned_back(nodes: tuple[Node, ...]) -> tuple[tuple[Node, ...], str]:
    """Items without their turning, and the names of those that were turned round."""
    found: list[Node] = []
    names: list[str] = []
    for node in nodes:
        match node:
            case Call(function="reverse", arguments=(Name(name=name) as item,), keywords=()):
                found.append(item)
                names.append(name)
            case _:
                found.append(node)
    plain = [one.name for one in found if isinstance(one, Name)]
    if any("," in name or plain.count(name) > 1 for name in names):
        raise Unfit
    return tuple(found), ", ".join(names)


def _holding(item: Node, codes: tuple[Node, ...]) -> Node:
    if len(codes) == 1 and not isinstance(codes[0], Range):
        return Binary("==", item, codes[0])
    return Membership(item, codes, False)


def _parted(node: Node) -> tuple[str, tuple[Node, ...]]:
    """An item and the codes it is asked for; none of an item by itself."""
    match node:
        case Name(name=name):
            return name, ()
        case Binary(operator="==", left=Name(name=name), right=Number() | Text() as code):
            return name, (code,)
        case Membership(operand=Name(name=name), options=codes, is_negated=False):
            return name, codes
    raise Unfit


def _at_least(told: Collected, text: str) -> Keyword:
    number = told.number(text, say("minimum answered"))
    if not isinstance(number.value, int) or number.value < 1:
        told.problem("bad_minimum", "The minimum answered is a whole number from 1 on.")
    return Keyword("at_least", number)


_WORDS = {"method": METHODS, "scores": SCORINGS, "basis": BASES, "rotation": ROTATIONS}  # the usual one first
_NUMBERS = ("factors", "factor")


@dataclass(frozen=True)
class Factor:
    """The score of one factor, or of one of several; what is the usual is left out.

    ``factors`` and ``factor`` are numbers as they are typed, empty for 1.
    """

    items: tuple[str, ...] = ()
    method: str = METHODS[0]
    scores: str = SCORINGS[0]
    at_least: str = ""
    turned: str = ""
    basis: str = BASES[0]
    factors: str = ""
    rotation: str = ROTATIONS[0]
    factor: str = ""

    def node(self) -> Node:
        told = Collected()
        items = _turned(told, told.names(self.items, least=2), self.turned)
        keywords = []
        for name, known in _WORDS.items():
            word = getattr(self, name)
            if word not in known:
                told.problem(
                    "unknown_word", say("“{word}” is not one of {known}.", word=word, known=known), name
                )
            if word != known[0]:
                keywords.append(Keyword(name, Text(word)))
        keywords += [_whole(told, name, getattr(self, name)) for name in _NUMBERS if self._says(name)]
        if self.at_least.strip():
            keywords.append(_at_least(told, self.at_least))
        told.done()
        return Call("factor_score", items, tuple(keywords))

    def _says(self, name: str) -> bool:
        return getattr(self, name).strip() not in ("", "1")

    @classmethod
    def of(cls, node: Node) -> Factor:
        if not isinstance(node, Call) or node.function != "factor_score":
            raise Unfit
        said = keywords_of(node, *_WORDS, *_NUMBERS, "at_least")
        words = {name: _word(said.get(name), known) for name, known in _WORDS.items()}
        counts = {name: number_text(said.get(name)) for name in _NUMBERS}
        usual = {name: "" if text == "1" else text for name, text in counts.items()}
        least = number_text(said.get("at_least"))
        arguments, turned = _turned_back(node.arguments)
        items = tuple(name_text(one) for one in arguments)
        return cls(items, at_least=least, turned=turned, **words, **usual)


def _whole(told: Collected, name: str, text: str) -> Keyword:
    what = say("the number of factors") if name == "factors" else say("which factor is scored")
    number = told.number(text, what)
    if not isinstance(number.value, int) or number.value < 1:
        told.problem("bad_number", "Factors are counted in whole numbers from 1 on.", name)
    return Keyword(name, number)


def _word(node: Node | None, known: tuple[str, ...]) -> str:
    if node is None:
        return known[0]
    if not isinstance(node, Text) or node.value not in known:
        raise Unfit
    return node.value
