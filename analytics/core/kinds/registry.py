"""The closed list of kinds of analyses.  Adding a kind is one specification, one function, one entry here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.core.answer_reading import read_multiple, read_ranked
from analytics.core.fields import Fields, read_yaml
from analytics.core.frame import Frame
from analytics.core.item_reading import read_correlation, read_factor, read_reliability
from analytics.core.kinds.answers import run_multiple, run_ranked
from analytics.core.kinds.crosstabs import run_crosstab
from analytics.core.kinds.items import run_correlation, run_factor, run_reliability
from analytics.core.kinds.models import name_problems, run_model
from analytics.core.kinds.multiverse import Progress, run_multiverse
from analytics.core.kinds.outcome import Outcome
from analytics.core.kinds.series import run_series
from analytics.core.kinds.simple import run_descriptives
from analytics.core.multiverse.reading import read_multiverse
from analytics.core.reading import read_model, read_series
from analytics.core.spec import ModelSpec, MultiverseSpec, SeriesSpec, Spec
from analytics.core.table_reading import read_crosstab, read_descriptives
from surveys.core.problems import Problem, Refused, near_misses
from surveys.core.said import say
from surveys.core.storable import check_storable

LATER = "correlation"


@dataclass(frozen=True)
class Kind:
    """``version`` is raised whenever the numbers of this kind change, or what its checks tell of them.

    Earlier runs are then run again.
    """

    name: str
    labels: Mapping[str, str]
    read: Callable[[Fields], Spec | None]
    run: Callable[[Any, Frame], Outcome]
    version: int = 1


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "descriptives", {"en": "Descriptives", "zh": "描述统计"}, read_descriptives, run_descriptives, 2
        ),
        Kind("crosstab", {"en": "Crosstab", "zh": "交叉表"}, read_crosstab, run_crosstab),
        Kind("multiple_response", {"en": "Multiple response", "zh": "多选题"}, read_multiple, run_multiple),
        Kind("ranked_response", {"en": "Ranked response", "zh": "排序题"}, read_ranked, run_ranked),
        Kind("reliability", {"en": "Reliability", "zh": "信度"}, read_reliability, run_reliability),
        Kind("correlation", {"en": "Correlations", "zh": "相关"}, read_correlation, run_correlation),
        Kind("factor", {"en": "Factor analysis", "zh": "因子分析"}, read_factor, run_factor, 2),
        Kind("logit", {"en": "Logistic regression", "zh": "逻辑回归"}, read_model, run_model, 5),
        Kind("linear", {"en": "Linear regression", "zh": "线性回归"}, read_model, run_model, 3),
        Kind("ordered_logit", {"en": "Ordered logit", "zh": "有序逻辑回归"}, read_model, run_model, 2),
        Kind(
            "multinomial_logit", {"en": "Multinomial logit", "zh": "多项逻辑回归"}, read_model, run_model, 2
        ),
        Kind(
            "multilevel_linear",
            {"en": "Multilevel linear model", "zh": "多层线性模型"},
            read_model,
            run_model,
            4,
        ),
        Kind("multilevel_logit", {"en": "Multilevel logit", "zh": "多层逻辑模型"}, read_model, run_model, 4),
        Kind("series", {"en": "Series of models", "zh": "系列模型"}, read_series, run_series, 5),
        Kind("multiverse", {"en": "Multiverse", "zh": "多元宇宙分析"}, read_multiverse, run_multiverse, 2),
    )
}


def read_spec(given: str | Mapping[str, Any]) -> Spec:
    """The specification written in YAML or given as a mapping; Refused with everything that is wrong."""
    data = read_yaml(given) if isinstance(given, str) else dict(given)
    check_storable(data)
    fields = Fields(data)
    kind = _kind(fields)
    fields.take("dataset")  # which dataset a stored analysis reads; a matter of running, not of the numbers
    spec = kind.read(fields) if kind is not None else None
    if kind is not None:
        fields.finish()
    if fields.problems or spec is None:
        raise Refused(fields.problems or (Problem("bad_spec", "The specification is not complete."),))
    return spec


def check_spec_names(spec: Spec, known: Iterable[str]) -> tuple[Problem, ...]:
    """Every name of the specification that the version does not have, with near misses."""
    names = tuple(known)
    if isinstance(spec, ModelSpec):
        return tuple(name_problems(spec, names))
    if isinstance(spec, SeriesSpec):
        return _once(name_problems(one.model, names, where=one.label) for one in spec.models)
    if isinstance(spec, MultiverseSpec):
        every = spec.specifications
        cuts = dict.fromkeys(cut.name for one in every for cut in one.cuts)
        own = [name_problems(one.model, (*names, *cuts)) for one in every]
        return _once([*own, _unknown([cut.variable for one in every for cut in one.cuts], names)])
    return tuple(_unknown(spec.columns, names))


def _unknown(wanted: Iterable[str], names: tuple[str, ...]) -> list[Problem]:
    return [
        Problem(
            "unknown_variable",
            say("There is no variable {name} in this version.", name=name),
            near=near_misses(name, names),
        )
        for name in wanted
        if name not in names
    ]


def _once(found: Iterable[Iterable[Problem]]) -> tuple[Problem, ...]:
    """The problems of several models, each told once."""
    told: dict[str, Problem] = {}
    for one in found:
        for problem in one:
            told.setdefault(problem.message, problem)
    return tuple(told.values())


def run_spec(spec: Spec, frame: Frame, tell: Progress | None = None) -> Outcome:
    """Runs a specification on the columns it names (each present in ``frame``).

    ``tell`` hears of the share done (0 to 1) where a run consists of many fits.
    """
    if isinstance(spec, MultiverseSpec):
        return run_multiverse(spec, frame, tell)
    return KINDS[spec.kind].run(spec, frame)


def _kind(fields: Fields) -> Kind | None:
    name = fields.text("kind", required=True)
    if name in KINDS:
        return KINDS[name]
    if name:
        hint = say("Choose {known}.", known=KINDS)
        near = near_misses(name, KINDS)
        fields.wrong(
            "kind",
            say("“{name}” is no kind of analysis.", name=name),
            code="unknown_kind",
            near=near,
            hint=hint,
        )
    return None
