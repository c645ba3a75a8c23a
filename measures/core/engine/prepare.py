"""A plan made ready: filter applied, every fit known, every rule a pair of columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from measures.core.engine.bounds import largest
from measures.core.engine.dialect import DUCKDB, Dialect
from measures.core.engine.emit import Emitter
from measures.core.engine.fits import Fit, Sample
from measures.core.engine.fitting import Run, fit_node
from measures.core.engine.interface import Plan, Rule
from measures.core.engine.query import (
    Pipeline,
    items_of,
    known_steps,
    reasons_of_rules,
    reasons_of_source,
    source_steps,
)
from measures.core.engine.sql import LARGEST_INTEGER, NO_REASON, Pair, Parameters, Reasons, Terms, number
from measures.core.language.fingerprints import fingerprint_of
from measures.core.language.functions import is_fitted
from measures.core.language.tree import Apply, Type, walk
from surveys.core.absence import OUT_OF_RANGE
from surveys.core.problems import refuse
from surveys.core.said import say

_PARAMETER = re.compile(r"[$:](p[0-9]+)")
MOST_SETS = 16  # of two columns each; Spark groups by 64 columns at most


@dataclass
class Prepared:
    """``outputs`` are the columns of each rule in order: value in its stored type, rank of its absence."""

    pipeline: Pipeline
    emitter: Emitter
    left_out: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, Pair] = field(default_factory=dict)
    plan: Plan | None = None  # None: rows that were made up
    fitted: dict[str, dict[str, Any]] = field(default_factory=dict)

    def statement(self, columns: Iterable[str], rest: str = "") -> str:
        return self._full().select(columns, rest)

    def rows(self, columns: Iterable[str], run: Run, rest: str = "") -> list[tuple[Any, ...]]:
        return self.ask(self._full(), columns, run, rest)

    def ask(
        self, pipeline: Pipeline, columns: Iterable[str], run: Run, rest: str = ""
    ) -> list[tuple[Any, ...]]:
        """What the last step of a pipeline gives."""
        return run(*self._asked(pipeline.select(columns, rest)))

    def sample(self, wanted: Sample, run: Run) -> tuple[Any, ...]:
        """The aggregates over the complete rows of some columns."""
        full = self._full()
        full.add("sample", f"SELECT {', '.join(wanted.columns)} FROM {full.last} WHERE {wanted.where}")
        return self.ask(full, wanted.aggregates, run)[0]

    def at_places(self, pair: Pair, places: Sequence[int], run: Run) -> list[tuple[Any, ...]]:
        """The numbers at these places (from 1) of the valid ones in order, and the rows up to each."""
        full = self._full()
        cell, order = f"({pair.double} + {number(0)})", "OVER (ORDER BY x)"
        full.add("valid", f"SELECT {cell} AS x FROM {full.last} WHERE {pair.value} IS NOT NULL")
        full.add(
            "ordered", f"SELECT x, ROW_NUMBER() {order} AS place, COUNT(*) {order} AS upto FROM {full.last}"
        )
        rest = f"WHERE place IN ({', '.join(map(str, places))}) ORDER BY place"
        return self.ask(full, ["x", "upto"], run, rest)

    def counted(self, groups: Sequence[Sequence[str]], run: Run) -> list[list[tuple[int, ...]]]:
        """How many rows hold each combination of some whole numbers, never null: for each group of them
        the rows (number, …, rows), as many groups in one pass as an engine takes."""
        found: list[list[tuple[int, ...]]] = []
        for at in range(0, len(groups), MOST_SETS):
            found += self._counted(groups[at : at + MOST_SETS], run)
        return found

    def _counted(self, groups: Sequence[Sequence[str]], run: Run) -> list[list[tuple[int, ...]]]:
        full = self._full()
        names = [[f"g{at}_{k}" for k in range(len(group))] for at, group in enumerate(groups)]
        flat = [name for group in names for name in group]
        cells = (sql for group in groups for sql in group)
        named = ", ".join(f"{sql} AS {name}" for sql, name in zip(cells, flat, strict=True))
        full.add("counted", f"SELECT {named} FROM {full.last}")
        sets = ", ".join(f"({', '.join(group)})" for group in names)
        found: list[list[tuple[int, ...]]] = [[] for _ in groups]
        places = [k for k, group in enumerate(names) for _ in group]
        statement = full.select([*flat, "COUNT(*)"], f"GROUP BY GROUPING SETS ({sets})")
        for *numbers, n in run(*self._asked(statement)):
            mine = [(k, number) for k, number in zip(places, numbers, strict=True) if number is not None]
            if mine:
                found[mine[0][0]].append((*(number for _, number in mine), n))
        return found

    def only(self, pairs: Iterable[Pair]) -> Prepared:
        """Ready for what is asked of these columns alone: a statement takes the longer the more it says."""
        needed = self.emitter.behind(pairs)
        pipeline = self._reading(needed)
        pipeline.extend(self.emitter.stages_for(needed), "rules")
        return replace(self, pipeline=pipeline, emitter=replace(self.emitter, stages=[]))

    def _reading(self, needed: Collection[str]) -> Pipeline:
        """The steps before the rules; of the source nothing but what they and these columns are made of."""
        if self.plan is None:
            return Pipeline(list(self.pipeline.steps))
        filtered = self.plan.where.items if self.plan.where else ()
        numbered = enumerate(items_of(self.plan))
        items = [(at, name) for at, name in numbered if f"v_i{at}" in needed or name in filtered]
        source, _ = source_steps(self.plan, items, self.emitter.terms)
        names = [name for name, _ in self.pipeline.steps]
        return Pipeline([*source.steps, *self.pipeline.steps[names.index(source.last) + 1 :]])

    def _asked(self, statement: str) -> tuple[str, dict[str, str]]:
        """A statement with the parameters it names: the engine refuses any other."""
        named = set(_PARAMETER.findall(statement))
        return statement, {
            name: text for name, text in self.emitter.terms.parameters.values.items() if name in named
        }

    def _full(self) -> Pipeline:
        full = Pipeline(list(self.pipeline.steps))
        full.extend(self.emitter.stages, "rules")
        return full


def prepare(plan: Plan, run: Run, known_reasons: Iterable[str], dialect: Dialect = DUCKDB) -> Prepared:
    """Emits the plan's statement; ``run`` is asked for the filter's losses and for what must be fitted.

    ``known_reasons``: the absences of columns computed before.
    """
    items = items_of(plan)
    checked = [rule.checked for rule in plan.rules] + ([plan.where] if plan.where else [])
    sources = [plan.source.columns[name] for name in items]
    words = {*reasons_of_rules(checked), *reasons_of_source(sources), *known_reasons}
    terms = Terms(Reasons(tuple(words)), Parameters(dialect))
    pipeline, columns = source_steps(plan, enumerate(items), terms)
    emitter = Emitter(terms, columns, plan.contexts)
    prepared = Prepared(pipeline, emitter, plan=plan)
    if plan.where is not None:
        prepared.left_out = _filter(plan, pipeline, emitter, run)
    emitter.columns.update(known_steps(pipeline, plan, emitter, _known_of(plan)))
    add_rules(prepared, plan.rules, run)
    return prepared


def add_rules(prepared: Prepared, rules: Sequence[Rule], run: Run) -> None:
    """Fits and emits rules in order; each becomes a column that later ones may use."""
    for rule in rules:
        _fit(prepared, rule, run)
        root = rule.checked.root
        if root.type is Type.CONDITION:
            root = Apply(Type.INTEGER, "number", (root,))
        pair = prepared.emitter.add(root)
        prepared.emitter.columns[True, rule.name] = pair
        prepared.outputs[rule.name] = stored(pair, prepared.emitter.terms, largest(root))


def _known_of(plan: Plan) -> tuple[str, ...]:
    used = {name for rule in plan.rules for name in rule.checked.measures}
    return tuple(name for name in plan.known if name in used)


def _filter(plan: Plan, pipeline: Pipeline, emitter: Emitter, run: Run) -> dict[str, int]:
    """Keeps the rows where the condition holds; counts the others by why."""
    assert plan.where is not None
    root = plan.where.root
    if plan.where.measures or root.type is not Type.CONDITION:
        raise ValueError("a filter is a condition on items")
    own = Emitter(emitter.terms, emitter.columns, emitter.contexts, prefix="f")
    pair = own.add(root)
    pipeline.extend(own.stages, "filter")
    rest = f"WHERE {pair.value} IS NOT TRUE GROUP BY 1 ORDER BY 1 NULLS LAST"
    lost = run(pipeline.select([pair.reason or NO_REASON, "COUNT(*)"], rest), emitter.terms.parameters.values)
    pipeline.add("kept", f"SELECT * FROM {pipeline.last} WHERE {pair.value} IS TRUE")
    left_out: dict[str, int] = {}
    for rank, n in lost:
        why = "filter" if rank is None else word_of(emitter.terms.reasons, rank)
        left_out[why] = left_out.get(why, 0) + n
    return left_out


def word_of(reasons: Reasons, rank: int) -> str:
    """The reason of a rank as it is stored."""
    word = reasons.words[rank - 1]
    return "out_of_range" if word == "uncovered" else word


def _fit(prepared: Prepared, rule: Rule, run: Run) -> None:
    """Fits what the rule needs, inner parts first, or takes the frozen metric it came with."""
    needed = [node for node in walk(rule.checked.root) if is_fitted(node)]
    kept: dict[str, Any] = {}
    for node in dict.fromkeys(needed):
        assert isinstance(node, Apply)
        key = fingerprint_of(node)
        if rule.fitted is not None and key not in rule.fitted:
            message = say("The metric of {name} was fitted for another reading of its rule.", name=rule.name)
            hint = "Name a dataset version that was built with this rule, or leave out metric:."
            raise refuse("other_metric", message, hint=hint)
        if rule.fitted is not None:
            fit = Fit.from_json(rule.fitted[key])
            if prepared.emitter.fits.setdefault(key, fit) != fit:
                raise ValueError("two rules of one plan bring different metrics for the same part")
        elif key not in prepared.emitter.fits:
            prepared.emitter.fits[key] = fit_node(prepared, node, run)
        kept[key] = prepared.emitter.fits[key].as_json()
    prepared.fitted[rule.name] = kept


def stored(pair: Pair, terms: Terms, most: float | None = None) -> Pair:
    """A rule's columns as they are stored; integers that a double cannot hold are out_of_range.

    ``most``: an integer further from 0 than this is not there; None: there may be any.
    """
    reason = NO_REASON
    if pair.reason is not None:
        reason = pair.reason
        asked = f"CASE WHEN {pair.value} IS NULL THEN "
        if terms.dialect.nests and not reason.startswith(asked):  # a part of its own asks already
            reason = f"{asked}{reason} END"
    if pair.type in (Type.DECIMAL, Type.TIME):
        return Pair(f"({pair.double} + {number(0)})", reason, pair.type)  # -0 becomes 0
    if pair.type is not Type.INTEGER or pair.is_exact:
        return Pair(pair.value, reason, pair.type)
    if most is not None and most <= LARGEST_INTEGER:
        return Pair(terms.dialect.nearest(pair.value), reason, Type.INTEGER)
    fits = f"ABS({pair.value}) <= {number(LARGEST_INTEGER)}"
    absent = f"WHEN {pair.value} IS NULL THEN {pair.reason} " if pair.reason else ""
    return Pair(
        f"CASE WHEN {fits} THEN {terms.dialect.nearest(pair.value)} END",
        f"CASE {absent}WHEN NOT {fits} THEN {terms.rank(OUT_OF_RANGE)} END",
        Type.INTEGER,
    )
