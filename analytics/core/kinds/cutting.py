"""Columns that are cut inside an analysis: numbers made pairs."""

from __future__ import annotations

import polars as pl

from analytics.core.design import LANGUAGES
from analytics.core.frame import Column, Frame
from analytics.core.multiverse.spec import Cut, MultiverseSpec
from surveys.core.codebook import Code, Level, ValueType, Variable
from surveys.core.problems import Problem, Refused
from surveys.core.said import say


def cut_columns(spec: MultiverseSpec, frame: Frame) -> dict[str, Column]:
    """The columns that cuts make, by their names; Refused for what is no number."""
    cuts = sorted({cut for one in spec.specifications for cut in one.cuts})
    problems = [
        Problem("wrong_type", say("{name} is no number that could be cut.", name=name), where="choices")
        for name in dict.fromkeys(cut.variable for cut in cuts)
        if not frame[name].is_number or frame[name].is_factor
    ]
    problems += [
        Problem(
            "name_taken", say("There is a variable called {name} already.", name=cut.name), where="choices"
        )
        for cut in cuts
        if cut.name in frame
    ]
    if problems:
        raise Refused(problems)
    return {cut.name: cut_column(cut, frame[cut.variable]) for cut in cuts}


def cut_column(cut: Cut, column: Column) -> Column:
    """``column`` as 1 from the cut upwards and else 0; absences stay what they are."""
    numbers = column.values.cast(pl.Float64)
    finite = numbers.is_finite().fill_null(False)
    values = pl.select(pl.when(finite).then(numbers >= cut.at).cast(pl.Int64)).to_series()
    reasons = pl.select(
        pl.when(numbers.is_not_null() & ~finite).then(pl.lit("not finite")).otherwise(column.reasons)
    ).to_series()
    old = column.variable
    labels = {language: f"{old.label(language)} ≥ {cut.at:.15g}" for language in LANGUAGES}
    codes = (Code(0, {"en": f"< {cut.at:.15g}"}), Code(1, {"en": f"≥ {cut.at:.15g}"}))
    made = Variable(cut.name, ValueType.INTEGER, labels=labels, level=Level.NOMINAL, codes=codes)
    return Column(made, values, reasons)
