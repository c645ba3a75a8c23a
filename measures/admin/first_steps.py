"""What somebody who has never seen the language may begin with: rules over items of this very study."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from measures.core.language import sentence
from measures.core.language.labels import valid_codes
from measures.core.language.nodes import Binary, Call, Keyword, Mapping, Membership, Name, Node, Number
from measures.core.language.writing import write
from measures.selectors.scopes import Carried, Ground
from measures.selectors.trying import try_rule
from surveys.core.codebook import Level, Role, Variable
from surveys.core.disclosure import disclosed
from surveys.core.problems import Refused

MOST_CODES = 8  # of an item that is shown as an example
LARGE = 100  # from here on a code is rather a number of something


@dataclass(frozen=True)
class Step:
    """A rule that holds here, and what it says in the language of the page."""

    rule: str
    sentence: str


def first_steps(here: Ground, language: str) -> list[Step]:
    """At most one rule of each kind, over the first items of the wave that suit it."""
    found = []
    for node in _rules(here):
        try:
            rule = write(node)
            found.append(Step(rule, sentence(try_rule(here, rule).checked, language)))
        except Refused:
            continue  # a name that no rule can write, or an item that cannot be read here
    return found


def _rules(here: Ground) -> Iterator[Node]:
    items = [item for item in here.items.values() if item.variable.role not in (Role.KEY, Role.WEIGHT)]
    coded = next((item for item in items if _is_plain(item.variable)), None)
    if coded is not None:
        name, (low, *_rest, high) = Name(coded.item), sorted(_codes(coded.variable))
        yield Binary("==", name, Number(low))
        yield Membership(name, (Number(low), Number(high)), False)
    if flags := _flags(here, items):
        yield Call("any_of", tuple(Name(flag) for flag in flags))
    if coded is not None:
        yield Call("recode", (name, Mapping(((Number(low), Number(1)),))), (Keyword("other", Number(0)),))
    amounts = (item for item in items if item.variable.level is Level.SCALE)
    middles = ((item.item, middle) for item in amounts if (middle := _middle(item)) is not None)
    for item, middle in islice(middles, 1):
        yield Call("band", (Name(item), Number(middle)))
    if absent := next((item for item in (coded, *items) if item and item.variable.missing), None):
        yield Call("is_missing", (Name(absent.item),))


def _is_plain(variable: Variable) -> bool:
    """Whether it has a few small codes, as answers have and numbers of places have not."""
    codes = _codes(variable)
    return 2 < len(codes) <= MOST_CODES and max(codes) < LARGE


def _flags(here: Ground, items: list[Carried]) -> tuple[str, ...]:
    """Two items coded 0/1, of one set where there is any."""
    flags = {item.item for item in items if _codes(item.variable) == {0, 1}}
    groups = [*here.sets.values(), tuple(item.item for item in items)]
    fitting = (tuple(name for name in group if name in flags)[:2] for group in groups)
    return next((two for two in fitting if len(two) == 2), ())


def _codes(variable: Variable) -> set[int | float]:
    """The codes of a variable of numbers; none of texts."""
    values = [code.value for code in valid_codes(variable)]
    return {value for value in values if not isinstance(value, str)}


def _middle(item: Carried) -> int | None:
    """The median of an amount, in whole numbers: where it may be told and parts the rows."""
    variable = item.variable
    if variable.codes or not variable.type.is_number:
        return None
    stats = disclosed(item.source, item.frequencies).get("stats", {})
    median = stats.get("median")
    is_spread = item.frequencies.get("distinct", 0) > MOST_CODES
    return round(median) if median is not None and is_spread else None
