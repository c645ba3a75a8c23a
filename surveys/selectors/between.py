"""What was decided about the rows of a comparison: two versions, and the items that each row is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from surveys.models import CrosswalkDecision, Study, WaveVersion
from surveys.selectors.crosswalk import in_force_in

Status = CrosswalkDecision.Status


@dataclass(frozen=True)
class Between:
    """The decisions that hold for either side, by item, the names of either side's variables, and the items
    that the study has named."""

    earlier: Mapping[str, CrosswalkDecision]
    later: Mapping[str, CrosswalkDecision]
    before: frozenset[str]
    after: frozenset[str]
    named: frozenset[str] = frozenset()

    def items(self, old: str, new: str) -> tuple[str, ...]:
        """The items that a row is about, the one to decide about first.

        A variable may carry several: the one of its name, where the study has named that or where it carries
        no other, those that it carries by decision, and those that the later variable does.
        """
        if not old:
            return (new,)
        carried = [name for name in sorted(self.earlier) if self._carrier(self.earlier, name) == old]
        own = [old] if old in self.named or not carried else []
        later = [name for name, one in self.later.items() if new and one.variable == new]
        mine = [name for name in sorted(later) if self._carrier(self.earlier, name) in (old, "")]
        return tuple(dict.fromkeys([*own, *carried, *mine]))

    def elsewhere(self, item: str, old: str, new: str) -> str:
        """The variable that carries the item on the side it is taken from, where a row is about another."""
        carrier = self._carrier(self.earlier, item) if old else self._carrier(self.later, item, is_later=True)
        return carrier if carrier != (old or new) else ""

    def decisions(self, old: str, new: str) -> tuple[CrosswalkDecision, ...]:
        """Those on the items of a row; an item that came new is decided about where it is missing."""
        items = self.items(old, new)
        found = [self.later[name] for name in items if old and name in self.later]
        return tuple(found or [self.earlier[name] for name in items if name in self.earlier])

    def renamings(self) -> tuple[tuple[str, str], ...]:
        """Variables of the two sides that carry one item by decision, where one name came or went."""
        pairs = []
        for name in sorted({*self.earlier, *self.later}):
            old, new = self._carrier(self.earlier, name), self._carrier(self.later, name, is_later=True)
            if old and new and old != new and (old not in self.after or new not in self.before):
                pairs.append((old, new))
        return tuple(dict.fromkeys(pairs))

    def _carrier(self, decided: Mapping[str, CrosswalkDecision], item: str, *, is_later: bool = False) -> str:
        """The variable that carries an item on one side; "" where none does, or nobody knows."""
        there = self.after if is_later else self.before
        one = decided.get(item)
        if one is None:
            return item if item in there else ""
        is_open = one.status in (Status.IMPOSSIBLE, Status.UNDETERMINED)
        return "" if is_open or one.variable not in there else one.variable


def between(study: Study, before: WaveVersion, after: WaveVersion) -> Between:
    """What was decided in ``study`` about two versions of its waves."""
    names = [frozenset(one.variables.values_list("name", flat=True)) for one in (before, after)]
    named = frozenset(study.items.values_list("name", flat=True))
    return Between(in_force_in(study, before), in_force_in(study, after), *names, named)
