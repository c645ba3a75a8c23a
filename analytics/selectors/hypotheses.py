"""Registers of hypotheses, and what each dataset version and family of models says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analytics.core.hypotheses import (
    NOT_COMPUTED,
    Hypothesis,
    Register,
    Verdict,
    printed_verdict,
    read_register,
    verdict_of,
)
from analytics.models import HypothesisRegister, Run, Target
from analytics.selectors.published import published_table
from analytics.selectors.shown import shown_to
from surveys.core.problems import near_misses, refuse
from surveys.core.said import say
from surveys.models import Study, User


@dataclass(frozen=True)
class Tally:
    """One dataset version: per hypothesis, in the order of the register, a verdict for each family."""

    version: str
    runs: dict[str, int]  # analysis -> run
    rows: tuple[tuple[Verdict, ...], ...]


@dataclass(frozen=True)
class Verdicts:
    """Every verdict on the hypotheses of a register."""

    register: Register
    kinds: tuple[str, ...]  # as the published table calls its models
    printed: tuple[tuple[Verdict, ...], ...]  # per hypothesis, per kind, of the published figures
    versions: tuple[Tally, ...]


def register_named(study: Study, slug: str) -> HypothesisRegister:
    """The register ``slug`` of a study."""
    found = HypothesisRegister.objects.filter(study=study, slug=slug).first()
    if found is None:
        near = near_misses(slug, study.hypotheses.values_list("slug", flat=True))
        message = say("{study} has no hypotheses called {slug}.", study=study, slug=slug)
        raise refuse("not_found", message, near=near)
    return found


def verdicts(user: User, found: HypothesisRegister) -> Verdicts:
    """Of the latest run of each analysis on each version, as ``user`` may see it; newest version first."""
    register = read_register(found.register)
    versions: dict[str, dict[str, Run]] = {}
    runs = Run.objects.filter(
        study=found.study, analysis__slug__in=register.analyses, withdrawn_because="", state="done"
    ).select_related("analysis", "study", "dataset_version__dataset__study", "wave_version__wave__study")
    for run in runs.order_by("-pk"):
        versions.setdefault(str(run.subject), {}).setdefault(str(run.analysis and run.analysis.slug), run)
    tallies = [_tally(user, register, version, mine) for version, mine in versions.items()]
    return Verdicts(register, *_printed(found.study, register), tuple(tallies))


def _tally(user: User, register: Register, version: str, runs: dict[str, Run]) -> Tally:
    results = {slug: shown_to(user, run).result for slug, run in runs.items()}
    rows = tuple(
        tuple(_of_family(one, family, results, register.level) for family in register.families)
        for one in register.hypotheses
    )
    return Tally(version, {slug: run.pk for slug, run in runs.items()}, rows)


def _of_family(one: Hypothesis, family: str, results: dict[str, Any], level: float) -> Verdict:
    tested = next((t for t in one.tested if t.family == family), None)
    if tested is None or tested.analysis not in results:
        return Verdict(NOT_COMPUTED)
    return verdict_of(one, tested, results[tested.analysis], level)


def _printed(study: Study, register: Register) -> tuple[tuple[str, ...], tuple[tuple[Verdict, ...], ...]]:
    """What the published table itself says, by what it calls the models that the hypotheses are tested in."""
    target = Target.objects.filter(study=study, slug=register.target).prefetch_related("cells").first()
    if target is None:
        return (), ()
    table = published_table(target)
    kind_of = {model.column: model.kind or model.label for model in table.models()}
    rows: list[dict[str, Verdict]] = []
    for one in register.hypotheses:
        columns = dict.fromkeys(tried.model for tried in one.tested if tried.model in kind_of)
        told = {kind_of[column]: printed_verdict(one, table, column, register.level) for column in columns}
        rows.append(told)
    kinds = tuple(dict.fromkeys(kind for row in rows for kind in row))
    return kinds, tuple(tuple(row.get(kind, Verdict(NOT_COMPUTED)) for kind in kinds) for row in rows)


def verdicts_document(found: HypothesisRegister, told: Verdicts) -> dict[str, Any]:
    """Plain types only, for the API."""
    register = told.register
    return {
        "study": found.study.slug,
        "register": found.slug,
        "labels": found.labels,
        "citation": found.citation,
        "rule": register.rule(),
        "target": register.target,
        "families": list(register.families),
        "versions": [{"version": tally.version, "runs": tally.runs} for tally in told.versions],
        "hypotheses": [_one(told, place) for place in range(len(register.hypotheses))],
    }


def _one(told: Verdicts, place: int) -> dict[str, Any]:
    one, families = told.register.hypotheses[place], told.register.families
    printed = told.printed[place] if told.printed else ()
    return {
        "hypothesis": one.name,
        "text": dict(one.text),
        "term": one.term,
        "sign": one.sign,
        "published": one.published or None,
        "tested": {t.family: f"{t.analysis}#{t.model}" for t in one.tested},
        "printed_in": one.printed or None,
        "printed": {kind: v.as_json() for kind, v in zip(told.kinds, printed, strict=False)},
        "verdicts": [
            {
                "version": tally.version,
                **{f: v.as_json() for f, v in zip(families, tally.rows[place], strict=True)},
            }
            for tally in told.versions
        ],
    }
