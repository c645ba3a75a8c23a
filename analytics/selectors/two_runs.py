"""Two runs side by side, as one person may see both: what else differs first, then every number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.core.two_runs import TwoRuns, two_runs
from analytics.models import Run
from analytics.selectors.passport import Passport, passport
from analytics.selectors.shown import shown_to
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.models import User
from surveys.translation import spoken

DATA, SPEC, ROWS, MEASURE, CODE = "data", "specification", "rows", "measure", "code"


@dataclass(frozen=True)
class Differs:
    """Something besides the numbers in which two runs differ; empty where a run has no such thing."""

    about: str  # data, specification, rows, measure, code
    what: str
    a: str
    b: str

    def as_json(self) -> dict[str, str]:
        return {"about": self.about, "what": self.what, "a": self.a, "b": self.b}


@dataclass(frozen=True)
class SideBySide:
    """Two runs as a person may see them, what else differs between them, and their numbers."""

    a: Run
    b: Run
    differs: tuple[Differs, ...]
    numbers: TwoRuns

    def as_json(self) -> dict[str, Any]:
        return {
            "a": _about(self.a),
            "b": _about(self.b),
            "differs": [one.as_json() for one in self.differs],
            "counts": self.numbers.counts(),
            "coefficients": [one.as_json() for one in self.numbers.changes],
            "figures": [one.as_json() for one in self.numbers.figures],
        }


def side_by_side(user: User, a: Run, b: Run, language: str = "en") -> SideBySide:
    """Run ``b`` beside run ``a``: differences are those of ``b`` from ``a``.

    Refused where no number of the one could be that of the other.
    """
    a, b = shown_to(user, a), shown_to(user, b)
    if _family(a) != _family(b):
        message = say("Run {a} is of kind {one} and run {b} of kind {other}: they have no number in common.",
                      a=a.pk, b=b.pk, one=a.kind, other=b.kind)  # fmt: skip
        raise refuse("other_kind", message, hint=say("Compare two runs of the same kind."))
    told = tuple(_differences(passport(user, a), passport(user, b)))
    return SideBySide(a, b, told, two_runs(a.result, b.result, language))


def _family(run: Run) -> str:
    return run.kind if run.kind in ("descriptives", "crosstab") else "models"


def _about(run: Run) -> dict[str, Any]:
    return {
        "run": run.pk,
        "analysis": str(run.analysis) if run.analysis else None,
        "version": str(run.subject),
        "n_used": run.n_used,
        "withheld": run.withheld,
    }


def _differences(a: Passport, b: Passport) -> Iterator[Differs]:
    """In the order in which one would look for a cause."""
    for about, one, other in zip((DATA, SPEC, ROWS, MEASURE, CODE), _facts(a), _facts(b), strict=True):
        for name in dict.fromkeys((*one, *other)):
            if one.get(name, "") != other.get(name, ""):
                yield Differs(about, name, one.get(name, ""), other.get(name, ""))


def _facts(one: Passport) -> tuple[Mapping[str, str], ...]:
    """Data, specification, rows, measures and code of a run, each as name -> text."""
    run = one.run
    data = {
        spoken(say("version")): str(run.subject),
        spoken(say("made of")): ", ".join(one.waves) if run.dataset_version else "",
        spoken(say("content hash")): run.subject.content_hash[:12],
        spoken(say("filter of the dataset")): one.where,
    }
    measures = {rule.column: str(rule.version) for rule in one.rules}
    environment = run.environment
    code = {f"{kind}": str(version) for kind, version in environment.get("estimators", {}).items()}
    code |= {"Python": str(environment.get("python", ""))} | environment.get("packages", {})
    sources = environment.get("code", {})
    code |= {"Wavebook": f"{sources['wavebook']} {sources['sources'][:12]}"} if sources else {}
    return data, _asked(one), _rows(one), measures, code


def _asked(one: Passport) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in one.parts:
        called = f"{part.label}: " if len(one.parts) > 1 else ""
        found[f"{called}{spoken(say('formula'))}"] = part.formula
        found[f"{called}{spoken(say('kind'))}"] = part.kind
        found[f"{called}{spoken(say('filter'))}"] = _listed(part.where)
        found[f"{called}{spoken(say('weight'))}"] = _listed(part.weights)
    return {name: text for name, text in found.items() if text}


def _rows(one: Passport) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in one.together:
        called = f"{part.label}: " if part.label and len(one.together) > 1 else ""
        if part.n_used is not None:
            found[f"{called}{spoken(say('rows used'))}"] = f"{part.n_used:,}"
        found |= {f"{called}{name}: {why}": f"{rows:,}" for name, why, rows in part.lost}
    return found


def _listed(named: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{name} = {', '.join(map(str, told)) if isinstance(told, list) else told}"
        for name, told in named.items()
    )
