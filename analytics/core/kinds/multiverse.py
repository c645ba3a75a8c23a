"""Running a multiverse: every specification on its own rows, as if it had been run alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from analytics.core.design import Design, build
from analytics.core.frame import Frame
from analytics.core.kinds.cutting import cut_columns
from analytics.core.kinds.models import model_sample, require_names, require_types
from analytics.core.kinds.multiverse_outcome import Ran
from analytics.core.kinds.outcome import Outcome
from analytics.core.kinds.outcomes import outcome_of
from analytics.core.multiverse.reading import is_mixed
from analytics.core.multiverse.results import Specified
from analytics.core.multiverse.spec import MultiverseSpec, Specification
from analytics.core.results import Check, ModelResult
from analytics.core.spec import ModelSpec
from surveys.core.problems import Problem, Refused
from surveys.core.said import say

Progress = Callable[[float, str], None]
FIRST, LAST = 0.3, 0.95  # of the run: what was done before, and what the fits end with


class _Ground:
    """The rows of a specification, and its design once it is asked for; the next one may share both."""

    def __init__(self, one: Specification, frame: Frame) -> None:
        self.key, self.frame = _key(one), frame
        self.sample = model_sample((one.model,), frame)
        self._design: Design | None = None

    def design(self, model: ModelSpec) -> Design:
        """The design of ``model``, one of those with this ground's key."""
        if self._design is None:
            numbers, categories = outcome_of(model, self.frame, self.sample)
            self._design = build(model.formula, self.frame, self.sample, numbers, model.groups, categories)
        return self._design


def run_multiverse(spec: MultiverseSpec, frame: Frame, tell: Progress | None = None) -> Outcome:
    """Fits every specification; those that fail are counted with their reasons, and the rest goes on."""
    require_names(spec.columns, frame)
    whole = {**frame, **cut_columns(spec, frame)}
    _require_types(spec, whole)
    scale = "effect" if is_mixed(spec.specifications) else "estimate"
    numbered = sorted(enumerate(spec.specifications, start=1), key=lambda one: (repr(_key(one[1])), one[0]))
    run = Ran(spec, scale)
    ground: _Ground | None = None
    for number, one in numbered:
        model, is_adopted = one.model, one.chosen == spec.adopted
        told = Specified(number, one.chosen, model.kind, model.formula.text, one.term, is_adopted, 0)
        try:
            if ground is None or ground.key != _key(one):
                ground = _Ground(one, whole)
            told = replace(told, n_used=ground.sample.n)
            run.used(ground.sample.mask)
            run.add(*_fitted(told, one, ground, scale), _labels(ground.design(model), one.term))
        except Refused as refused:
            run.add(replace(told, reason=refused.problems[0].message))
        except np.linalg.LinAlgError:  # one model of many: it is counted, and the others go on
            run.add(replace(told, reason=say("The equations of the model cannot be solved.")))
        done = len(run.rows)
        if tell is not None and 100 * done // len(numbered) > 100 * (done - 1) // len(numbered):
            tell(FIRST + (LAST - FIRST) * done / len(numbered), f"fitting: {done:,} of {len(numbered):,}")
    return run.outcome()


def _key(one: Specification) -> tuple[Any, ...]:
    """What decides the rows and the design of a specification."""
    model = one.model
    where = tuple(sorted((name, tuple(codes)) for name, codes in model.where.items()))
    kind = "logit" if "logit" in model.kind else "linear"
    return (model.formula.text, where, model.columns, model.groups, kind, model.outcome_value)


def _fitted(
    told: Specified, one: Specification, ground: _Ground, scale: str
) -> tuple[Specified, tuple[Check, ...]]:
    """The numbers of the term, or the reason why there are none; and what needs care."""
    from analytics.core.kinds.bare import BARE  # loads the estimators, which pages and lists do without
    from analytics.core.kinds.effects import effect_at, place_of

    design, sample, frame = ground.design(one.model), ground.sample, ground.frame
    place = place_of(design, one.term)
    if place is None:
        return replace(told, reason=say("The design has no column {term}.", term=one.term)), ()
    bare = BARE[one.model.kind](one.model, design, frame, sample)
    result = bare.result
    warnings = tuple(check for check in result.checks if check.severity == "warning")
    if not result.converged:
        return replace(told, reason=_why(result)), warnings
    name = design.names[place]
    if name in result.dropped or name not in {estimate.term for estimate in result.estimates}:
        return replace(
            told, reason=say("{term} was left out: other terms determine it.", term=name)
        ), warnings
    own = result.of(name)
    made = replace(
        told,
        **{
            field: getattr(own, field)
            for field in ("estimate", "std_error", "p_value", "conf_low", "conf_high", "df", "odds_ratio",
                          "odds_ratio_low", "odds_ratio_high")
        },
        warnings=tuple(dict.fromkeys(check.code for check in warnings)),
    )  # fmt: skip
    effect = effect_at(place, bare, design, frame, sample)
    if isinstance(effect, str):
        return _on_scale(made, scale, effect), warnings
    if effect is not None:
        made = replace(
            made,
            effect=effect.estimate,
            effect_error=effect.std_error,
            effect_p=effect.p_value,
            effect_low=effect.conf_low,
            effect_high=effect.conf_high,
        )
    return _on_scale(made, scale), warnings


def _on_scale(made: Specified, scale: str, lacking: str = "") -> Specified:
    """What the curve shows of the specification; a value without an end or test keeps the rest.

    ``lacking`` says why there is no effect, where that is known.
    """
    names = ("effect", "effect_low", "effect_high", "effect_p")
    if scale == "estimate":
        names = ("estimate", "conf_low", "conf_high", "p_value")
    value, low, high, p = (_known(getattr(made, name)) for name in names)
    if value is None:
        return replace(made, reason=lacking or say("The model gave no number for {term}.", term=made.term))
    return replace(made, value=value, low=low, high=high, p=p)


def _known(number: float | None) -> float | None:
    return None if number is None or not np.isfinite(number) else number


def _why(result: ModelResult) -> str:
    errors = [check.message for check in result.checks if check.severity == "error"]
    return errors[0] if errors else say("The model did not converge.")


def _labels(design: Design, term: str) -> Mapping[str, str]:
    wanted = frozenset(term.split(":"))
    return next(
        (dict(c.labels) for c in design.columns if frozenset(c.key.split(":")) == wanted), {}
    )  # fmt: skip


def _require_types(spec: MultiverseSpec, frame: Frame) -> None:
    """Refused with every text or date that stands where numbers are needed, once."""
    problems: dict[str, Problem] = {}
    for one in spec.specifications:
        try:
            require_types(one.model, frame)
        except Refused as refused:
            problems |= {problem.message: problem for problem in refused.problems}
    if problems:
        raise Refused(problems.values())
