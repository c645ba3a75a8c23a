"""What analyses of several items tell everyone who may see the study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveys.core.disclosure import FEWEST

Table = Mapping[str, Any]
Row = dict[str, Any]


def reliability_told(table: Table) -> Row:
    """Groups only where each has enough rows; no mean that tells how many gave the rarer of two answers.

    Means of groups are told where those of all groups may be, as they add to the mean of all.
    """
    groups = list(table["groups"])
    if any(0 < one["n"] < FEWEST for one in groups[:-1]):
        groups = [{**dict.fromkeys(one), "items": []} for one in groups[:-1]] + groups[-1:]
    few = {
        item["item"]
        for one in groups
        for item in one["items"]
        if item["rarest"] is not None and item["rarest"] < FEWEST
    }
    told = [{**one, "items": [_item(item, item["item"] in few) for item in one["items"]]} for one in groups]
    return {**table, "groups": told, "turned": _turned(table)}


def factor_told(table: Table) -> Row:
    """Loadings tell no answers; the ends of a scale may."""
    return {**table, "turned": _turned(table)}


def _turned(table: Table) -> Row:
    """The ends of a scale that are only those of the answers are somebody's."""
    return {name: None if name in table["guessed"] else ends for name, ends in table["turned"].items()}


def _item(item: Table, is_few: bool) -> Row:
    hidden = ("mean", "sd", "rarest") if is_few else ("rarest",)
    return {**item, **dict.fromkeys(name for name in hidden if item[name] is not None)}


def correlation_told(table: Table) -> Row:
    """No correlation of few rows, nor how many these are."""
    return {**table, "pairs": [_pair_told(one) for one in table["pairs"]]}


def _pair_told(one: Table) -> Row:
    if one["n"] >= FEWEST:
        return dict(one)
    return {**dict.fromkeys(one), "first": one["first"], "second": one["second"]}
