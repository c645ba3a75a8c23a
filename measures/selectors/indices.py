"""Indices of a measure on the waves of its study, and what the engine is asked about them."""

from __future__ import annotations

from dataclasses import dataclass

from measures.core.engine import Plan, Rule
from measures.core.indices.asking import rules_of_index
from measures.core.indices.gathering import Layout
from measures.core.indices.reading import RESPONDENTS, Index, index_in, may_be_index, unit_of
from measures.core.scale import part_of
from measures.models import MeasureVersion
from measures.selectors.keys import ENGINE, Keyed
from measures.selectors.scales import LeftOut, OnWave, is_grouping, on_waves
from measures.selectors.scopes import parsed
from surveys.core.codebook import Variable, fingerprint
from surveys.core.problems import Refused
from surveys.models import WaveVersion

FIGURES = 1  # of the arithmetic: kept figures of another number are made again


@dataclass(frozen=True)
class IndexOnWave:
    """An index as one wave reads it; ``unit`` is the item whose groups it is about, empty of respondents."""

    wave: OnWave
    index: Index
    unit: str

    @property
    def version(self) -> WaveVersion:
        return self.wave.version

    def rules(self, by: str) -> tuple[tuple[Rule, ...], Layout]:
        """What the engine is asked, and where it stands in the answer."""
        unit = self.wave.group(self.unit) if self.unit != RESPONDENTS else None
        return rules_of_index(self.index, unit, self.wave.group(by) if by else None)

    def plan(self, rules: tuple[Rule, ...]) -> Plan:
        """The rules over all rows of the wave, after the measures that they use."""
        whole = (*(Rule(name, checked) for name, checked in self.wave.earlier.items()), *rules)
        items = sorted({item for rule in whole for item in rule.checked.items})
        return Plan(self.wave.here.source(items), whole, contexts=self.wave.here.tables)

    def key(self, by: str) -> str:
        """What the figures depend on, and nothing else."""
        here = self.wave.here
        keyed = Keyed(here, None, {})
        for name, checked in self.wave.earlier.items():
            keyed.measure(here.published[name], checked)
        return fingerprint(
            {
                "index": keyed.identity(self.wave.checked),
                "by": keyed.identity(self.wave.group(by)) if by else None,
                "rows": here.version.rows,
                "engine": [ENGINE.name, ENGINE.semantics_version],
                "figures": FIGURES,
            }
        )


def indices_on_waves(version: MeasureVersion) -> tuple[list[IndexOnWave], list[LeftOut]]:
    """The index of a measure on each wave of its study that its rule can be read on, the oldest first."""
    waves, left_out = on_waves(version)
    found = []
    for wave in waves:
        index = index_in(wave.checked, wave.earlier)
        if index is not None:
            unit = unit_of(index, wave.earlier)
            found.append(IndexOnWave(wave, index, unit if wave.has_group(unit) else RESPONDENTS))
    return found, left_out


def has_index(version: MeasureVersion) -> bool:
    """Whether a rule, as it is written, may hold an index; no wave is asked."""
    try:
        return may_be_index(parsed(version.rule))
    except Refused:
        return False


def index_groupings(waves: list[IndexOnWave]) -> list[Variable]:
    """The items with few labelled codes on the newest wave that has the index, by name."""
    if not waves:
        return []
    last = waves[-1]
    own = {name for leaf in last.index.leaves for name in part_of(leaf.part, leaf.owner).items}
    found = last.wave.here.variables
    return [found[name] for name in sorted(found) if name not in own and is_grouping(found[name])]
