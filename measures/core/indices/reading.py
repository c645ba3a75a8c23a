"""The index of a rule: its components down to the attributes, read out of the rule and those it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from measures.core.indices.form import AGGREGATING, COUNTING, RANKING, Form, Path
from measures.core.language.nodes import Call, Node
from measures.core.language.nodes import walk as walk_said
from measures.core.language.sentences import phrase
from measures.core.language.tree import Apply, Checked, Column, Constant, Lookup, Type, Typed
from surveys.core.codebook import Labels

PERCENTILE_RANK, STANDARDISE, CONDITION, AS_IS = "percentile_rank", "standardise", "condition", ""
RESPONDENTS = ""
_OF_GROUPS = ("group_mean", "group_share")


@dataclass(frozen=True)
class Component:
    """``part`` is what the rule adds up, ``raw`` the same before it is normalised; ``owner`` is the rule that
    says so (this one's or an earlier measure's).

    ``among`` names the item whose groups count once each in the norm.  A component that is an index of its
    own has it as ``inside``.
    """

    name: str
    labels: Labels
    part: Typed
    raw: Typed
    owner: Checked
    normalisation: str = AS_IS
    among: str = ""
    inside: Index | None = None


@dataclass(frozen=True)
class Index:
    """``node`` is the part of the rule that adds up; ``is_whole``: the rule does nothing beside it."""

    node: Apply
    components: tuple[Component, ...]
    at_least: int
    cutoff: int
    is_whole: bool = True

    @property
    def kind(self) -> str:
        return self.node.function

    @property
    def weights(self) -> tuple[float, ...]:
        return tuple(map(float, self.node.weights)) or (1.0,) * len(self.components)

    @property
    def leaves(self) -> tuple[Component, ...]:
        """The attributes, in the order of the form's columns."""
        return tuple(_leaves(self))

    @property
    def form(self) -> Form:
        """The same without words; columns are the leaves."""
        return _form(self, 0)[0]

    def at(self, path: Path) -> Component:
        """The component that stands at a path."""
        first, *rest = path
        found = self.components[first]
        return found.inside.at(tuple(rest)) if rest and found.inside else found


def _leaves(index: Index) -> Iterator[Component]:
    for one in index.components:
        yield from _leaves(one.inside) if one.inside else (one,)


def _form(index: Index, at: int) -> tuple[Form, int]:
    members: list[int | Form] = []
    for one in index.components:
        if one.inside:
            inner, at = _form(one.inside, at)
            members.append(inner)
        else:
            members.append(at)
            at += 1
    return Form(index.kind, tuple(members), index.weights, index.at_least, index.cutoff), at


def may_be_index(node: Node) -> bool:
    """Whether a rule, as it is written, may hold an index: quickly, before it is checked."""
    return any(isinstance(part, Call) and part.function in AGGREGATING for part, _ in walk_said(node))


def index_in(checked: Checked, earlier: Mapping[str, Checked]) -> Index | None:
    """The outermost index of a rule, the first where several stand side by side; None where it has none."""
    for node in _outer_first(checked.root):
        if _adds_up(node):
            assert isinstance(node, Apply)
            return _index(node, checked, earlier, is_whole=node is checked.root)
    return None


def _outer_first(node: Typed) -> Iterator[Typed]:
    yield node
    for part in node.parts():
        yield from _outer_first(part)


def _adds_up(node: Typed) -> bool:
    return isinstance(node, Apply) and node.function in AGGREGATING and len(node.arguments) > 1


def _index(node: Apply, owner: Checked, earlier: Mapping[str, Checked], is_whole: bool) -> Index:
    settings = dict(node.settings)
    is_conditional = node.function in COUNTING or node.function in RANKING
    components = tuple(_component(part, owner, earlier, is_conditional) for part in node.arguments)
    least = int(settings.get("at_least", len(components)))
    cutoff = int(settings.get("cutoff", 0))
    return Index(node, components, least, cutoff, is_whole)


def _component(
    part: Typed, owner: Checked, earlier: Mapping[str, Checked], is_conditional: bool
) -> Component:
    raw, among, normalisation = part, "", AS_IS
    if is_conditional or part.type is Type.CONDITION:
        normalisation = CONDITION
    elif isinstance(part, Apply) and part.function in (PERCENTILE_RANK, STANDARDISE):
        normalisation, raw = part.function, part.arguments[0]
        among = _name_of(part.arguments[1]) if len(part.arguments) > 1 else ""
    inside = None if normalisation else _inside(part, owner, earlier)
    return Component(_name_of(raw), _labels(raw, owner), part, raw, owner, normalisation, among, inside)


def _inside(part: Typed, owner: Checked, earlier: Mapping[str, Checked]) -> Index | None:
    """The index that a component is: said here, or in the rule of the measure that it names."""
    if _adds_up(part):
        assert isinstance(part, Apply)
        return _index(part, owner, earlier, is_whole=True)
    if isinstance(part, Column) and part.is_measure and part.name in earlier:
        own = earlier[part.name]
        return _inside(own.root, own, earlier)
    return None


def _labels(raw: Typed, owner: Checked) -> Labels:
    """Its own label of an item or measure, also where the condition is that such a one coded 1 and 0 is 1."""
    if isinstance(raw, Apply) and (raw.function == "truth" or _is_flag(raw, owner)):
        raw = raw.arguments[0]
    if isinstance(raw, Column):
        variable = owner.scope.variable(raw.name)
        return variable.labels if variable else {}
    return {language: phrase(raw, owner.scope, language) for language in ("en", "zh")}


def _is_flag(part: Apply, owner: Checked) -> bool:
    if part.function != "==" or not isinstance(part.arguments[0], Column):
        return False
    variable = owner.scope.variable(part.arguments[0].name)
    codes = {code.value for code in variable.codes} if variable else set()
    return part.arguments[1] == Constant(part.arguments[1].type, 1) and bool(codes) and codes <= {0, 1}


def _name_of(part: Typed) -> str:
    return ", ".join(dict.fromkeys(_names(part)))


def _names(part: Typed) -> Iterator[str]:
    """What a part reads; what only names groups or lines of a table is no part of its name."""
    if isinstance(part, Column):
        yield part.name
    elif isinstance(part, Lookup):
        yield f"{part.table}.{part.column}"
    elif isinstance(part, Apply) and (part.function in _OF_GROUPS or _is_normalised(part)):
        yield from _names(part.arguments[0])
    else:
        for inner in part.parts():
            yield from _names(inner)


def _is_normalised(part: Apply) -> bool:
    return part.function in (PERCENTILE_RANK, STANDARDISE)


def unit_of(index: Index, earlier: Mapping[str, Checked]) -> str:
    """The item whose groups the index is about, all rows of a group having the same; else RESPONDENTS."""
    levels = {level for leaf in index.leaves for level in _levels(leaf.part, earlier)}
    return levels.pop() if len(levels) == 1 else RESPONDENTS


def _levels(part: Typed, earlier: Mapping[str, Checked]) -> set[str]:
    if isinstance(part, Constant):
        return set()
    if isinstance(part, Column):
        own = earlier.get(part.name) if part.is_measure else None
        return _levels(own.root, earlier) if own else {RESPONDENTS}
    if isinstance(part, Lookup):
        return _of_key(part.key)
    if isinstance(part, Apply) and part.function in _OF_GROUPS:
        return _of_key(part.arguments[1])
    if isinstance(part, Apply) and _is_normalised(part) and len(part.arguments) > 1:
        return _of_key(part.arguments[1])
    return {level for inner in part.parts() for level in _levels(inner, earlier)}


def _of_key(key: Typed) -> set[str]:
    return {key.name} if isinstance(key, Column) and not key.is_measure else {RESPONDENTS}
