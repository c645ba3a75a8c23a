"""What is asked of the engine for each fitted part of a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from measures.core.engine.crossed import fit_crossed
from measures.core.engine.dialect import Dialect
from measures.core.engine.fits import (
    Fit,
    fit_columns,
    fit_groups,
    group_columns,
    largest_of,
    moments,
    sample_of,
    scale_for,
)
from measures.core.engine.joint import pairs_of
from measures.core.engine.ranks import fit_among, fit_bands, fit_ranks, one_in_each_group, places
from measures.core.engine.sql import Pair, number
from measures.core.language.functions_of_samples import MOST_POINTS, POLYCHORIC
from measures.core.language.tree import Apply, Type

if TYPE_CHECKING:
    from measures.core.engine.prepare import Prepared

Run = Callable[[str, Mapping[str, str]], list[tuple[Any, ...]]]


def fit_node(prepared: Prepared, node: Apply, run: Run) -> Fit:
    """Fits one part of a rule on the sample; Refused when the sample cannot carry it."""
    parts = [prepared.emitter.add(part) for part in node.arguments]
    prepared = prepared.only(parts)
    if node.function in ("group_mean", "group_share"):
        return _groups(prepared, node, parts, run)
    if node.function == "quantile_band":
        return _bands(prepared, node, parts[0], run)
    if node.function == "factor_score" or (node.function == "standardise" and len(parts) == 1):
        return _columns(prepared, node, parts, run)
    return _ranks(prepared, node, parts[0], run) if len(parts) == 1 else _among(prepared, node, parts, run)


def _columns(prepared: Prepared, node: Apply, parts: list[Pair], run: Run) -> Fit:
    """Exactly if the numbers are short, else on numbers rounded to 50 bits."""
    if dict(node.settings).get("basis") == POLYCHORIC:
        return fit_crossed(node, pairs_of(prepared, parts, run))
    dialect = _dialect(prepared)
    found = moments(prepared.sample(sample_of(parts, dialect), run), len(parts))
    if not found.is_exact:
        scales = [scale_for(largest) for largest in prepared.sample(largest_of(parts), run)]
        found = moments(prepared.sample(sample_of(parts, dialect, scales), run), len(parts), scales)
    return fit_columns(node, found)


def _groups(prepared: Prepared, node: Apply, parts: list[Pair], run: Run) -> Fit:
    operand, key = Pair(parts[0].double, parts[0].reason, parts[0].type), parts[1]
    dialect = _dialect(prepared)
    if operand.type is Type.CONDITION:
        operand = Pair(operand.value, operand.reason, Type.INTEGER)
    rest = f"WHERE {key.value} IS NOT NULL GROUP BY 1"
    rows = prepared.rows([key.value, *group_columns(operand, dialect)], run, rest)
    if all(row[2] for row in rows):
        return fit_groups(node, rows)
    scale = scale_for(max(row[4] for row in rows if row[4] is not None))
    columns = [key.value, *group_columns(operand, dialect, scale)]
    return fit_groups(node, prepared.rows(columns, run, rest), scale)


def _ranks(prepared: Prepared, node: Apply, operand: Pair, run: Run) -> Fit:
    """Every value with its rows, or one too many of them."""
    rest = f"WHERE {operand.value} IS NOT NULL GROUP BY 1 LIMIT {MOST_POINTS + 1}"
    rows = prepared.rows([_never_minus_zero(operand), "COUNT(*)"], run, rest)
    return fit_ranks(node, dict(rows))


def _bands(prepared: Prepared, node: Apply, operand: Pair, run: Run) -> Fit:
    ((n,),) = prepared.rows([f"COUNT({operand.value})"], run)
    return fit_bands(node, n, prepared.at_places(operand, places(node, n), run))


def _among(prepared: Prepared, node: Apply, parts: list[Pair], run: Run) -> Fit:
    """Over groups, each with the one value that all its rows have."""
    operand, key = parts
    cell = _never_minus_zero(operand)
    rest = f"WHERE {key.value} IS NOT NULL AND {operand.value} IS NOT NULL GROUP BY 1"
    rows = prepared.rows([key.value, f"MIN({cell})", f"MAX({cell})"], run, rest)
    return fit_among(node, one_in_each_group(node, rows))


def _dialect(prepared: Prepared) -> Dialect:
    return prepared.emitter.terms.dialect


def _never_minus_zero(pair: Pair) -> str:
    return f"({pair.double} + {number(0)})"
