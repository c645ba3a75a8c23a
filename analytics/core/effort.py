"""How much work a specification is, before a cell is read: whether somebody can wait for its run."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from analytics.core.formula import Atom, Factor, Formula, leaf
from analytics.core.formula import Variable as Named
from analytics.core.frame import is_factor
from analytics.core.item_specs import CorrelationSpec, FactorSpec, ReliabilitySpec
from analytics.core.model_spec import MULTILEVEL, ModelSpec
from analytics.core.multiverse.spec import MultiverseSpec
from analytics.core.spec import SeriesSpec, Spec
from surveys.core.codebook import Variable

_ALWAYS = 5_000  # rows that stand for what does not depend on rows, as drawing for a parallel analysis
_WITHIN = 20  # a multilevel model goes over its rows about as often as so many others
_UNLABELLED = 30  # categories of a column whose codebook lists none
_PER_CELL = 10  # of a table, against a multiplication of a model


def effort(spec: Spec, rows: int, variables: Mapping[str, Variable]) -> int:
    """Roughly the multiplications of the fits: rows times the square of what stands beside each other.

    That is the width of a model's design, categories counted, or the number of items; of tables the cells
    count.  ``variables``: what the codebook says of the columns.
    """
    if isinstance(spec, SeriesSpec):
        return sum(_of_model(one.model, rows, variables) for one in spec.models)
    if isinstance(spec, MultiverseSpec):
        return sum(_of_model(one.model, rows, variables) for one in spec.specifications)
    if isinstance(spec, ModelSpec):
        return _of_model(spec, rows, variables)
    if isinstance(spec, ReliabilitySpec | FactorSpec | CorrelationSpec):
        return (rows + _ALWAYS) * len(spec.columns) ** 2
    return rows * len(spec.columns) * _PER_CELL


def _of_model(model: ModelSpec, rows: int, variables: Mapping[str, Variable]) -> int:
    width = sum(_width(formula, variables) for formula in model.formulas)
    if model.kind == "multinomial_logit" and model.formula.outcome is not None:
        width *= _levels(variables.get(leaf(model.formula.outcome).name))
    return (rows + _ALWAYS) * width**2 * (_WITHIN if model.kind in MULTILEVEL else 1)


def _width(formula: Formula, variables: Mapping[str, Variable]) -> int:
    """Columns of the design at most, with the intercept."""
    return 1 + sum(prod(_columns(atom, variables) for atom in term.atoms) for term in formula.terms)


def _columns(atom: Atom, variables: Mapping[str, Variable]) -> int:
    told = variables.get(leaf(atom).name)
    enters_by_category = isinstance(atom, Factor) or (
        isinstance(atom, Named) and told is not None and is_factor(told)
    )
    return _levels(told) if enters_by_category else 1


def _levels(told: Variable | None) -> int:
    return len(told.codes) if told is not None and told.codes else _UNLABELLED
