"""Single models: from a specification and columns to a fitted model with its rows named."""

from __future__ import annotations

from typing import Any

from analytics.core.cells import with_cells
from analytics.core.design import LANGUAGES, build
from analytics.core.design_checks import check_names, check_outcome_is_no_term, check_types
from analytics.core.formula import leaf
from analytics.core.frame import Column, Frame, level_label, level_text
from analytics.core.kinds.outcome import DONE, FAILED, Outcome
from analytics.core.kinds.outcomes import outcome_of
from analytics.core.results import Check, ModelResult
from analytics.core.sample import Sample, listwise
from analytics.core.spec import ModelSpec
from surveys.core.codebook import Scalar
from surveys.core.problems import Problem, Refused, near_misses, refuse
from surveys.core.said import say


def run_model(spec: ModelSpec, frame: Frame) -> Outcome:
    """Fits one model on the rows complete for it."""
    require_names(spec.columns, frame)
    require_types(spec, frame)
    sample = model_sample((spec,), frame)
    fitted = fitted_model(spec, frame, sample)
    checks = tuple(Check(**check) for check in fitted["result"]["checks"])
    state = DONE if fitted["result"]["converged"] else FAILED
    return Outcome(state, {"kind": spec.kind, "models": [fitted]}, sample.n, sample.lost, checks)


def model_sample(specs: tuple[ModelSpec, ...], frame: Frame) -> Sample:
    """The rows complete for all of ``specs``; Refused when none is left."""
    columns = [name for spec in specs for name in spec.columns if name not in spec.where]
    where = {name: codes for spec in specs for name, codes in spec.where.items()}
    sample = listwise(frame, columns, [one for spec in specs for one in spec.formulas], where)
    if sample.n == 0:
        most = max(sample.lost, key=lambda key: sample.lost[key], default="")
        hint = say("Most rows were lost to {most}.", most=most) if most else ""
        raise refuse("no_rows", "No row has all the variables of this analysis.", hint=hint)
    return sample


def fitted_model(
    spec: ModelSpec, frame: Frame, sample: Sample, name: str = "model1", label: str = ""
) -> dict[str, Any]:
    """One model as JSON: how it was specified, the columns of its design, what centring took, its result."""
    return fitted_whole(spec, frame, sample, name, label)[0]


def fitted_whole(
    spec: ModelSpec, frame: Frame, sample: Sample, name: str = "model1", label: str = ""
) -> tuple[dict[str, Any], ModelResult]:
    """The model as JSON, and its result with the covariance that the JSON leaves out."""
    numbers, categories = outcome_of(spec, frame, sample)
    design = build(spec.formula, frame, sample, numbers, spec.groups, categories)
    from analytics.core.kinds.fits import FITS  # loads the estimators, which pages and lists do without

    result = with_cells(FITS[spec.kind](spec, design, frame, sample), design, frame, sample)
    outcome = spec.formula.outcome
    assert outcome is not None  # checked when the specification was read
    column = frame[leaf(outcome).name]
    told = {
        "name": name,
        "label": label or name.replace("model", "Model "),
        "kind": spec.kind,
        "formula": spec.formula.text,
        "outcome": outcome.plain,
        "outcome_labels": dict(column.variable.labels),
        "categories": [
            {
                "code": level_text(value),
                "labels": _named(column, value),
            }
            for value in categories
        ],
        "groups": spec.groups,
        "random": spec.random.text if spec.random else "",
        "method": dict(spec.method),
        "columns": [
            {"name": c.name, "key": c.key, "term": c.term, "labels": dict(c.labels)} for c in design.columns
        ],
        "means": dict(design.means),
        "references": dict(design.references),
        "n_used": sample.n,
        "n_lost": dict(sample.lost),
        "result": result.as_json(),
    }
    return told, result


def _named(column: Column, value: Scalar) -> dict[str, str]:
    return {language: level_label(column.variable, value, language) for language in LANGUAGES}


def require_names(names: tuple[str, ...], frame: Frame) -> None:
    """Refuses unless every column named was found; the formula's own names are checked with positions."""
    unknown = [name for name in names if name not in frame]
    if unknown:
        raise Refused(
            Problem(
                "unknown_variable",
                say("There is no variable {name} in this version.", name=name),
                near=near_misses(name, frame),
            )
            for name in unknown
        )


def require_types(spec: ModelSpec, frame: Frame) -> None:
    """Refuses texts and dates where numbers are needed."""
    problems = [
        *check_types(spec.formula, frame),
        *(check_types(spec.random, frame, "random") if spec.random else ()),
    ]
    if problems:
        raise Refused(problems)


def name_problems(spec: ModelSpec, known: tuple[str, ...], where: str = "formula") -> list[Problem]:
    """Unknown names of a model's formula, groups and filter, with near misses."""
    problems = [*check_names(spec.formula, known, where), *check_outcome_is_no_term(spec.formula, where)]
    if spec.random is not None:
        problems += check_names(spec.random, known, "random")
    design = spec.design
    fields = {
        "groups": (spec.groups,),
        "errors": (spec.errors.cluster,),
        "weights": (design.weights,),
        "strata": (design.strata,),
        "psu": (design.psu,),
        "fpc": (design.fpc,),
        "where": tuple(spec.where),
    }
    for field, names in fields.items():
        problems += [
            Problem(
                "unknown_variable",
                say("There is no variable {name} in this version.", name=name),
                where=field,
                near=near_misses(name, known),
            )
            for name in names
            if name and name not in known
        ]
    return problems
