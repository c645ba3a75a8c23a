"""Forms that turn the values of one item into others: recode, band and reverse."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from measures.core.filling.pieces import (
    Collected,
    Unfit,
    codes_text,
    keywords_of,
    name_text,
    number_text,
    value_text,
)
from measures.core.language.nodes import Call, Keyword, Listing, Mapping, Name, Node, Number, Text
from surveys.core.said import say

KEPT = "keep"  # other codes keep their value


@dataclass(frozen=True)
class Recoding:
    """``rows``: codes (one, a list or a range) with their new value, empty where none is named.

    ``other`` is a value, ``keep`` or empty; ``absences`` are reasons with their new value, empty: none.
    """

    item: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    other: str = ""
    absences: tuple[tuple[str, str], ...] = ()

    def node(self) -> Node:
        told = Collected()
        operand = told.name(self.item)
        keys: dict[Node, list[Node]] = {}
        for codes, to in self.rows:
            if codes.strip() and to.strip():
                keys.setdefault(told.value(to, codes), []).extend(told.codes(codes, codes))
        for reason, to in self.absences:
            if to.strip():
                keys.setdefault(told.value(to, reason), []).append(Call("missing", (Text(reason),)))
        if not keys:
            told.problem("nothing_recoded", "No code has a new value yet.")
        told.done()
        entries = tuple(
            (found[0] if len(found) == 1 else Listing(tuple(found)), value) for value, found in keys.items()
        )
        return Call("recode", (operand, Mapping(entries)), self._other(told, operand))

    def _other(self, told: Collected, operand: Name) -> tuple[Keyword, ...]:
        if not self.other.strip():
            return ()
        value = operand if self.other.strip() == KEPT else told.value(self.other)
        return (Keyword("other", value),)

    @classmethod
    def of(cls, node: Node) -> Recoding:
        match node:
            case Call(function="recode", arguments=(Name(name=item), Mapping(entries=entries))):
                pairs = [(one, value_text(to)) for key, to in entries for one in _members(key)]
            case _:
                raise Unfit
        other = _other_text(keywords_of(node, "other").get("other"), item)
        rows = tuple((codes_text((one,)), to) for one, to in pairs if not _reasons(one))
        absences = tuple((reason, to) for one, to in pairs for reason in _reasons(one))
        return cls(item, rows, other, absences)


def _members(key: Node) -> tuple[Node, ...]:
    return key.members if isinstance(key, Listing) else (key,)


def _reasons(node: Node) -> tuple[str, ...]:
    if not isinstance(node, Call):
        return ()
    reasons = tuple(one.value for one in node.arguments if isinstance(one, Text))
    if node.function != "missing" or node.keywords or len(reasons) < len(node.arguments):
        raise Unfit
    return reasons


def _other_text(node: Node | None, item: str) -> str:
    if node is None:
        return ""
    return KEPT if node == Name(item) else value_text(node)


@dataclass(frozen=True)
class Banding:
    """``cuts``: rising limits between commas; the first band lies below the first of them."""

    item: str = ""
    cuts: str = ""

    def node(self) -> Node:
        told = Collected()
        operand = told.name(self.item)
        texts = self.cuts.replace("，", ",").replace("、", ",").split(",")
        limits = tuple(told.number(text) for text in texts if text.strip())
        if not limits:
            told.problem("no_limits", "No limit is written yet.", hint="Write them as in 18, 30, 45.")
        told.done()
        if any(low.value >= high.value for low, high in pairwise(limits)):
            told.problem("limits_not_rising", "The limits must rise.")
        told.done()
        return Call("band", (operand, *limits))

    @classmethod
    def of(cls, node: Node) -> Banding:
        match node:
            case Call(function="band", arguments=(Name(name=item), *limits), keywords=()):
                return cls(item, ", ".join(number_text(limit) for limit in limits))
        raise Unfit


@dataclass(frozen=True)
class Reversing:
    """``low`` and ``high``: the ends of the scale; empty ones are those of the codebook."""

    item: str = ""
    low: str = ""
    high: str = ""

    def node(self) -> Node:
        told = Collected()
        operand = told.name(self.item)
        ends = {"low": self.low, "high": self.high}
        keywords = tuple(Keyword(name, told.number(text)) for name, text in ends.items() if text.strip())
        told.done()
        return Call("reverse", (operand,), keywords)

    @classmethod
    def of(cls, node: Node) -> Reversing:
        match node:
            case Call(function="reverse", arguments=(operand,)):
                ends = keywords_of(node, "low", "high")
                return cls(name_text(operand), number_text(ends.get("low")), number_text(ends.get("high")))
        raise Unfit


@dataclass(frozen=True)
class Scoring:
    """``function`` standardise, percentile_rank or quantile_band; ``among``, ``bands`` as they take them."""

    function: str = "standardise"
    item: str = ""
    among: str = ""
    bands: str = ""

    def node(self) -> Node:
        told = Collected()
        operand: Node = told.name(self.item)
        if self.function == "quantile_band":
            bands = told.number(self.bands, say("number of bands"))
            told.done()
            return Call("quantile_band", (operand, bands))
        if self.function not in ("standardise", "percentile_rank"):
            told.problem(
                "unknown_form", say("There is no function called {function}.", function=self.function)
            )
        told.done()
        among = (Keyword("among", Name(self.among.strip())),) if self.among.strip() else ()
        return Call(self.function, (operand,), among)

    @classmethod
    def of(cls, node: Node) -> Scoring:
        match node:
            case Call(function="quantile_band", arguments=(operand, Number() as bands), keywords=()):
                return cls("quantile_band", name_text(operand), "", number_text(bands))
            case Call(function=("standardise" | "percentile_rank") as function, arguments=(operand,)):
                among = keywords_of(node, "among").get("among")
                return cls(function, name_text(operand), name_text(among) if among else "")
        raise Unfit
