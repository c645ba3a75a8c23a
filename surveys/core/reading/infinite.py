"""Infinite numbers, which nobody ever answered: absences out of range, whose tags keep the signs apart."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from surveys.core.absence import OUT_OF_RANGE
from surveys.core.codebook import Codebook, Labels, MissingRule, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.said import say_n

WORD = r"^(?i)[+-]?inf(inity)?$"  # as programs write them
_SIGNS: Mapping[str, tuple[float, Labels]] = {
    "i": (float("inf"), {"en": "infinite number", "zh": "无穷大"}),
    "n": (float("-inf"), {"en": "infinite number below zero", "zh": "负无穷大"}),
}  # the letter they have where it is free


@dataclass(frozen=True)
class Finite:
    """A column without its infinite numbers; ``rules`` say what the tags in their places are."""

    values: pl.Series
    tags: pl.Series | None
    rules: tuple[MissingRule, ...] = ()
    findings: list[Finding] = field(default_factory=list)


def finite(values: pl.Series, tags: pl.Series | None, taken: Collection[str], name: str) -> Finite:
    """Puts tags in place of infinite numbers; letters in ``taken`` mean something else already."""
    count = int(values.is_infinite().sum() or 0) if values.dtype.is_float() else 0
    if not count:
        return Finite(values, tags)
    used = {*taken, *(tags.drop_nulls().unique() if tags is not None else ())}
    plain = pl.Series([None], dtype=pl.String).new_from_index(0, values.len())
    there = pl.DataFrame({"c": values, "t": tags if tags is not None else plain})
    found, rules = pl.col("t"), []
    for wanted, (number, labels) in _SIGNS.items():
        if not bool((values == number).any()):
            continue
        letter = next(one for one in (wanted, *string.ascii_lowercase) if one not in used)
        used.add(letter)
        rules.append(MissingRule(OUT_OF_RANGE, tag=letter, labels=labels))
        found = pl.when(pl.col("c") == number).then(pl.lit(letter)).otherwise(found)
    parted = there.select(pl.when(pl.col("c").is_finite()).then(pl.col("c")), found.alias("t"))
    told = say_n(
        count,
        "1 infinite number is no value of a survey: it became an absence, out of range.",
        "{count:,} infinite numbers are no values of a survey: they became absences, out of range.",
        count=count,
    )
    finding = Finding(Severity.WARNING, "infinite_number", told, name)
    return Finite(parted["c"], parted["t"], tuple(rules), [finding])


def with_rules(codebook: Codebook, rules: Sequence[tuple[MissingRule, ...]]) -> Codebook:
    """The codebook with what the tags of infinite numbers are, column by column, where it does not say."""
    if not any(rules):
        return codebook
    pairs = zip(codebook.variables, rules, strict=True)
    return replace(codebook, variables=tuple(_told(variable, added) for variable, added in pairs))


def _told(variable: Variable, added: tuple[MissingRule, ...]) -> Variable:
    ours = {rule.tag for rule in added}
    bare = {f"tag:{tag}" for tag in ours}  # what a column's own tags are called before anybody says
    kept = tuple(rule for rule in variable.missing if rule.tag not in ours or rule.reason not in bare)
    known = {rule.tag for rule in kept}
    new = tuple(rule for rule in added if rule.tag not in known)
    return replace(variable, missing=kept + new) if added else variable
