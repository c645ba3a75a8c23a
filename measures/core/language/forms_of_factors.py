"""What the settings of a factor score must be beside one another."""

from __future__ import annotations

from collections.abc import Mapping

from measures.core.language import nodes as said
from measures.core.language.functions_of_samples import SCORINGS
from measures.core.language.ground import Ground
from surveys.core.codebook import Scalar
from surveys.core.said import say

OF_SEVERAL = tuple(one for one in SCORINGS if one not in ("sum", "mean"))


def check_factors(ground: Ground, node: said.Call, settings: Mapping[str, Scalar], items: int) -> None:
    """Adds a problem where so many factors, their rotation, and what is scored do not go together."""
    factors, factor = int(settings.get("factors", 1)), int(settings.get("factor", 1))
    is_rotated = settings.get("rotation", "none") != "none"
    if factors == 1:
        if is_rotated:
            hint = "Ask for factors=2 or more, or leave rotation out."
            ground.problem("wrong_setting", "One factor is not rotated.", _at(node, "rotation"), hint)
        if factor > 1:
            hint = "Say how many there are, as in factors=2."
            ground.problem("wrong_setting", "There is one factor alone.", _at(node, "factor"), hint)
        return
    if factor > factors:
        message = say("{name} is a whole number from {low} to {high}.", name="factor", low=1, high=factors)
        ground.problem("wrong_setting", message, _at(node, "factor"))
    _check_number(ground, node, settings, items)
    _check_scores(ground, node, str(settings.get("scores", "")), is_rotated)


def _check_number(ground: Ground, node: said.Call, settings: Mapping[str, Scalar], items: int) -> None:
    """Minimum residuals need no fewer correlations than free loadings (Ledermann, 1937)."""
    k = int(settings["factors"])
    is_principal = settings.get("method") == "principal"
    if is_principal and not (k == items and settings.get("scores") == "bartlett"):
        return
    if not is_principal and (items - k) ** 2 >= items + k:
        return
    message = say(
        "As many components as items leave no room for error, which Bartlett scores need."
        if is_principal
        else "{p} items cannot carry {k} factors: there are fewer correlations than loadings.",
        p=items,
        k=k,
    )
    ground.problem("wrong_setting", message, _at(node, "factors"), "Ask for fewer factors.")


def _check_scores(ground: Ground, node: said.Call, scores: str, is_rotated: bool) -> None:
    if scores in ("sum", "mean"):
        message = "A plain sum or mean of all items does not tell several factors apart."
        hint = say(
            "Take {scorings}; or write sum_of or mean_of with the items of one factor.", scorings=OF_SEVERAL
        )
        ground.problem("wrong_setting", message, _at(node, "scores"), hint)
    if scores == "component" and is_rotated:
        message = "A component that is rotated has no unscaled score."
        ground.problem("wrong_setting", message, _at(node, "scores"), 'Take scores="regression".')


def _at(node: said.Call, name: str) -> said.Node:
    """Where a setting is said; the whole call where it is not."""
    return next((one.value for one in node.keywords if one.name == name), node)
