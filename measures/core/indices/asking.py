"""What the engine is asked about an index, and where it stands in the answer."""

from __future__ import annotations

from measures.core.engine.interface import Rule
from measures.core.indices.gathering import Layout
from measures.core.indices.reading import Index
from measures.core.indices.robustness import Made
from measures.core.language.tree import Checked
from measures.core.scale import part_of

UNIT, GROUP = "the unit", "the group"  # which no measure is called


def rules_of_index(
    index: Index, unit: Checked | None = None, group: Checked | None = None
) -> tuple[tuple[Rule, ...], Layout]:
    """Each attribute as the rule takes it and, where that is normalised, as it was before; then the unit and
    the group.  With them where each stands."""
    found: list[Rule] = []
    values: list[int] = []
    raws: list[int] = []
    for at, leaf in enumerate(index.leaves):
        values.append(len(found))
        found.append(Rule(str(at), part_of(leaf.part, leaf.owner)))
        if leaf.raw is not leaf.part:
            found.append(Rule(f"{at} raw", part_of(leaf.raw, leaf.owner)))
        raws.append(len(found) - 1)
    places: list[int | None] = []
    for name, checked in ((UNIT, unit), (GROUP, group)):
        places.append(len(found) if checked else None)
        found += [Rule(name, checked)] if checked else []
    return tuple(found), Layout(tuple(values), tuple(raws), *places)


def made_of(index: Index) -> Made:
    """How each attribute is normalised, and over what; without a norm a group counts once in another one."""
    leaves = index.leaves
    among = tuple(bool(leaf.among) or not leaf.normalisation for leaf in leaves)
    return Made(tuple(leaf.normalisation for leaf in leaves), among)
