"""What stands behind a run and behind each of its numbers: data, filter, weights, rows, rules, code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from analytics.models import Run
from analytics.selectors.shown import shown_to
from measures.models import DatasetColumn, DatasetVersion, MeasureVersion
from surveys.core.said import say
from surveys.models import User

WEIGHTS = ("weights", "strata", "psu", "fpc", "lonely_psu")
Lost = tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Rule:
    """A measure version behind a column, with its rule in words by language.

    ``variables`` are the columns of the wave that its rule reads; ``is_read`` whether the run reads the
    column itself, or only the rule of another one does.
    """

    column: str
    version: MeasureVersion
    variables: tuple[str, ...]
    is_read: bool = True

    @property
    def sentences(self) -> dict[str, str]:
        return dict(self.version.report.get("sentence") or {})

    def as_json(self) -> dict[str, Any]:
        version = self.version
        return {
            "column": self.column,
            "measure_version": str(version),
            "rule": version.rule,
            "in_words": self.sentences,
            "fingerprint": version.fingerprint,
            "published_by": version.published_by.get_username() if version.published_by else None,
            "published_at": version.published_at.isoformat() if version.published_at else None,
            "variables": list(self.variables),
            "read_by_the_run": self.is_read,
        }


@dataclass(frozen=True)
class Part:
    """One model of a run, or its table: what it was asked and how many rows it used and lost.

    ``columns`` are all that decide which rows it uses; ``n_used`` is None where it is not told.
    """

    name: str
    label: str
    kind: str
    formula: str
    columns: tuple[str, ...]
    where: Mapping[str, Any]
    weights: Mapping[str, str]
    n_used: int | None
    lost: Lost

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label": self.label,
            "kind": self.kind,
            "formula": self.formula,
            "columns": list(self.columns),
            "where": dict(self.where),
            "weights": dict(self.weights),
            "n_used": self.n_used,
            "n_lost": [{"column": name, "reason": why, "rows": rows} for name, why, rows in self.lost],
        }


@dataclass(frozen=True)
class Passport:
    """Everything a number of ``run`` (as a person may see it) rests on; ``carried``: column -> variables."""

    run: Run
    parts: tuple[Part, ...]
    rules: tuple[Rule, ...] = ()
    carried: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def together(self) -> tuple[Part, ...]:
        """Parts to be told apart: one for all where rows, filter and weights are the same in each."""
        same = {(part.n_used, part.lost, str(part.where), str(part.weights)) for part in self.parts}
        if len(self.parts) < 2 or len(same) > 1:
            return self.parts
        columns = tuple(dict.fromkeys(name for part in self.parts for name in part.columns))
        return (replace(self.parts[0], name="", label="", formula="", columns=columns),)

    @property
    def where(self) -> str:
        """The condition on rows in the recipe of the dataset."""
        version = self.run.dataset_version
        return str(version.recipe.get("where", "")) if version else ""

    @property
    def rows_left_out(self) -> Mapping[str, int]:
        version = self.run.dataset_version
        return version.rows_left_out if version else {}

    @property
    def waves(self) -> tuple[str, ...]:
        """The wave versions that the data are of."""
        version = self.run.dataset_version
        return tuple(map(str, version.wave_versions.all())) if version else (str(self.run.wave_version),)

    @property
    def engine(self) -> Mapping[str, str]:
        """What computed the columns of the dataset."""
        version = self.run.dataset_version
        return version.environment if version else {}

    def as_json(self) -> dict[str, Any]:
        """Plain types, for the API."""
        run, environment = self.run, self.run.environment
        return {
            "run": run.pk,
            "analysis": str(run.analysis) if run.analysis else None,
            "data": {
                "version": str(run.subject),
                "content_hash": run.subject.content_hash,
                "rows": run.subject.rows,
                "wave_versions": list(self.waves),
                "is_synthetic": run.subject.is_synthetic,
                "where": self.where,
                "rows_left_out": dict(self.rows_left_out),
            },
            "parts": [one.as_json() for one in self.parts],
            "measures": [one.as_json() for one in self.rules],
            "carried": {name: list(variables) for name, variables in self.carried.items()},
            "inputs": run.inputs,
            "key": run.key,
            "code": {
                **environment.get("code", {}),
                "estimators": environment.get("estimators", {}),
                "python": environment.get("python"),
                "packages": environment.get("packages", {}),
                "rules_computed_by": dict(self.engine),
            },
            "seed": run.spec.get("seed"),  # of what is drawn at random, if anything is
            "run_by": run.created_by.get_username(),
            "run_at": run.created_at.isoformat(),
            "withheld": run.withheld,
        }


NO_SEED = say("none: nothing is drawn at random, the same question of the same data gives the same numbers")


def passport(user: User, run: Run, model: str = "", term: str = "") -> Passport:
    """The passport of a run as ``user`` may see it; of one of its models, or one term of it, where named.

    A term keeps the rules of all its model's columns: each decides which rows are used.  Those of the term
    come first.
    """
    shown = shown_to(user, run)
    parts = tuple(part for part in _parts(shown) if not model or part.name == model)
    read = {name for part in parts for name in part.columns} if model else set(run.inputs)
    if run.dataset_version is None:
        return Passport(shown, parts, carried={name: (name,) for name in run.inputs if name in read})
    rules, carried = _sources(run.dataset_version, read)
    first = {name for name in read if term and speaks_of(term, name)}
    ordered = sorted(rules, key=lambda one: (one.column not in first, not one.is_read, one.column))
    return Passport(shown, parts, tuple(ordered), carried)


def speaks_of(text: str, name: str) -> bool:
    """Whether a formula or a term names a column."""
    return re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", text) is not None


def _parts(run: Run) -> Iterable[Part]:
    """From the specification; rows used and lost from the result, as far as this person is told it."""
    asked = run.spec.get("models") or [run.spec]
    found = run.result.get("models") or []
    by_name = {one["name"]: one for one in found}
    for spec in asked:
        one = by_name.get(spec.get("name", ""), found[0] if len(found) == len(asked) == 1 else None)
        n_used, n_lost = (one["n_used"], one["n_lost"]) if one else (run.n_used, run.n_lost)
        yield Part(
            name=str(one["name"] if one else spec.get("name", "")),
            label=str(one["label"] if one else spec.get("label", "")),
            kind=str(spec.get("kind", run.kind)),
            formula=str(spec.get("formula", "")),
            columns=tuple(name for name in run.inputs if any(speaks_of(t, name) for t in _texts(spec))),
            where=spec.get("where", {}),
            weights={name: str(spec[name]) for name in WEIGHTS if spec.get(name)},
            n_used=n_used,
            lost=lost(n_lost),
        )


def _texts(spec: Any) -> Iterable[str]:
    """Every text of a specification that may name a column: keys too, labels and titles not."""
    if isinstance(spec, str):
        yield spec
    elif isinstance(spec, Mapping):
        for key, value in spec.items():
            if key not in ("label", "targets", "kind", "name"):
                yield key
                yield from _texts(value)
    elif isinstance(spec, list):
        for one in spec:
            yield from _texts(one)


def lost(counts: Mapping[str, int]) -> Lost:
    """(column, reason, rows) of each ``column: reason``."""
    return tuple((name, why, rows) for key, rows in counts.items() for name, _, why in [key.partition(": ")])


def _sources(version: DatasetVersion, read: set[str]) -> tuple[list[Rule], dict[str, tuple[str, ...]]]:
    """The rules behind the columns read and behind what those rules rest on; variables of carried items."""
    columns = version.columns.select_related(
        "derived", "measure_version__measure", "measure_version__published_by"
    ).defer("codebook", "derived__frequencies", "derived__fitted")
    by_name = {column.name: column for column in columns}
    rules: dict[str, Rule] = {}
    carried: dict[str, tuple[str, ...]] = {}
    waiting = [name for name in by_name if name in read]
    while waiting:
        column = by_name[waiting.pop()]
        if column.measure_version is None:
            carried[column.name] = _variables(column)
        elif column.name not in rules:
            rules[column.name] = Rule(
                column.name, column.measure_version, _variables(column), column.name in read
            )
            waiting += [name for name in rests_on(column) if name in by_name and name not in rules]
    return list(rules.values()), {name: variables for name, variables in carried.items() if name in read}


def rests_on(column: DatasetColumn) -> tuple[str, ...]:
    """The earlier measures that the rule of a column speaks of."""
    return tuple(one["measure"] for one in column.derived.inputs if "measure" in one)


def _variables(column: DatasetColumn) -> tuple[str, ...]:
    names = (one["variable"] for one in column.derived.inputs if "item" in one and not one.get("filter"))
    return tuple(dict.fromkeys(names))
