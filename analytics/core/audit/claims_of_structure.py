"""Statements of running text on what is in a table: steps of a series, products, how many are listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analytics.core.audit.checks import Check
from analytics.core.audit.lines import Line
from analytics.core.targets import PrintedModel, PublishedTable
from surveys.core.said import say

YES = "yes"


def structure_checks(line: Line, table: PublishedTable, said: Mapping[str, Any]) -> Iterator[Check]:
    """``step``: the columns that add a term; ``moderates``: yes or no; ``number``: of ``listed``."""
    if "step" in line.texts and table.kind == "models":
        yield _step(line, table, str(said.get("term", "")), [str(one) for one in said.get("named", ())])
    if "moderates" in line.texts and table.kind == "models":
        yield _moderates(line, table, str(said.get("term", "")), [str(one) for one in said.get("of", ())])
    if "number" in line.numbers and isinstance(said.get("listed"), list):
        yield _number(line, [str(one) for one in said["listed"]])


def steps_that_add(models: Sequence[PrintedModel], term: str) -> list[str]:
    """Of every kind of model, the first column that has ``term`` after some that do not."""
    found = []
    for model in models:
        earlier = [one for one in models[: models.index(model)] if one.kind == model.kind]
        if term in model.estimates and earlier and not any(term in one.estimates for one in earlier):
            found.append(model.column)
    return found


def _step(line: Line, table: PublishedTable, term: str, claimed: list[str]) -> Check:
    right = steps_that_add(table.models(), term)
    sentence = say(
        "{label}: the text names {claimed}; in the table {right} add {term}.",
        label=line.label,
        claimed=claimed,
        right=right,
        term=term,
    )
    without = [model.column for model in table.models() if term not in model.estimates]
    arithmetic = say("{label}: {term} is not in {without}", label=line.label, term=term, without=without)
    return Check(arithmetic, set(claimed) == set(right), sentence, line.column, line.term)


def _moderates(line: Line, table: PublishedTable, term: str, focal: list[str]) -> Check:
    products = [one.split(":") for model in table.models() for one in model.estimates if ":" in one]
    mine = [
        ":".join(parts)
        for parts in dict.fromkeys(map(tuple, products))
        if term in parts and set(parts) & set(focal)
    ]
    claimed = line.texts["moderates"].strip().casefold() == YES
    sentence = (
        say("{label}: no product in the table has {term}.", label=line.label, term=term)
        if claimed
        else say("{label}: the table has {products}.", label=line.label, products=mine)
    )
    arithmetic = say(
        "{label}: products of {term} in the table: {products}",
        label=line.label,
        term=term,
        products=mine or [say("none")],
    )
    return Check(arithmetic, claimed == bool(mine), sentence, line.column, line.term)


def _number(line: Line, listed: list[str]) -> Check:
    claimed = line.numbers["number"]
    sentence = say(
        "{label}: the text says {claimed}, and lists {n}.",
        label=line.label,
        claimed=claimed.text,
        n=len(listed),
    )
    arithmetic = say("{label}: {listed} are {n}", label=line.label, listed=listed, n=len(listed))
    return Check(arithmetic, claimed.agrees(len(listed)), sentence, line.column, line.term)
