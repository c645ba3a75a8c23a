"""Keys: a column depends on its rule, its inputs, the rows kept and the engine, and on nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from measures.core.engine import DuckEngine, Fitted, Rule
from measures.core.language import Checked, check
from measures.core.language import fingerprint as rule_fingerprint
from measures.models import DatasetColumn, MeasureVersion
from measures.selectors.scopes import Ground, context_identity, measure_variable, parsed
from surveys.core.codebook import Role, Variable, as_json, fingerprint

# The reference engine: it serves previews, coverage and examples.  Keys name it whichever engine computed a
# column, for the semantics are its own and a known column is reused by both.
ENGINE = DuckEngine()


@dataclass(frozen=True)
class Column:
    """One column of a recipe, ready to be computed or found under its ``key``."""

    name: str
    kind: str  # DatasetColumn.Kind
    rule: Rule
    variable: Variable
    key: str
    inputs: tuple[dict[str, Any], ...]
    measure_version: MeasureVersion | None = None


def quoted(name: str) -> str:
    """A name as a rule writes it."""
    return name if name.isascii() and name.isidentifier() else f"`{name}`"


class Keyed:
    """Gives every column its key, from what the column depends on and nothing else."""

    def __init__(self, here: Ground, where: Checked | None, metric: Mapping[int, Fitted]) -> None:
        self.here, self.where, self.metric = here, where, metric
        self.keys: dict[str, str] = {}

    def item(self, name: str, kind: str) -> Column:
        """A carried item: the stored column with its codes mapped and its absences told apart."""
        variable = self.here.items[name].variable
        checked = check(parsed(quoted(name)), self.here.scope())
        if kind == DatasetColumn.Kind.KEY:
            variable = replace(variable, role=Role.KEY)
        rule = Rule(name, checked)
        return Column(name, kind, rule, variable, self._key(rule), self._inputs(checked))

    def measure(self, version: MeasureVersion, checked: Checked) -> Column:
        name = version.measure.name
        fitted = self.metric.get(version.pk) if checked.is_data_dependent else None
        rule = Rule(name, checked, fitted)
        key = self.keys[name] = self._key(rule)
        variable = measure_variable(version, checked.type)
        kind = DatasetColumn.Kind.MEASURE
        return Column(name, kind, rule, variable, key, self._inputs(checked), version)

    def _key(self, rule: Rule) -> str:
        return fingerprint(
            {
                "rule": self.identity(rule.checked),
                "filter": self.identity(self.where) if self.where else None,
                "fitted": as_json(rule.fitted),
                "rows": self.here.version.rows,
                "engine": [ENGINE.name, ENGINE.semantics_version],
            }
        )

    def identity(self, checked: Checked) -> dict[str, Any]:
        """What a rule means here, and what it reads; its earlier measures have their keys."""
        tables = self.here.tables
        return {
            "fingerprint": rule_fingerprint(checked),
            "items": [self.here.items[name].identity for name in sorted(checked.items)],
            "measures": [[name, self.keys[name]] for name in sorted(checked.measures)],
            "contexts": [context_identity(tables[t], column) for t, column in sorted(checked.contexts)],
        }

    def _inputs(self, checked: Checked) -> tuple[dict[str, Any], ...]:
        """What the column was made of, in a form that a later state can be held against."""
        own = [self._input(name) for name in checked.items]
        filtered = [self._input(name) | {"filter": True} for name in (self.where.items if self.where else ())]
        measures = [{"measure": name, "key": self.keys[name]} for name in checked.measures]
        contexts = [
            {
                "context": table,
                "column": column,
                "version": self.here.contexts[table].number,
                "hash": context_identity(self.here.tables[table], column),
            }
            for table, column in checked.contexts
        ]
        return (*own, *measures, *contexts, *filtered)

    def _input(self, name: str) -> dict[str, Any]:
        carried = self.here.items[name]
        return {
            "item": name,
            "wave_version": str(self.here.version),
            "variable": carried.source.name,
            "hash": carried.column_hash,
            "code_map": fingerprint(carried.reading[0]),
            "missing": fingerprint(carried.reading[1]),
        }
