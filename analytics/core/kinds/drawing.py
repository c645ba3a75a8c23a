"""How the rows of an analysis were drawn: units and strata of the whole data, weights of the rows used."""

from __future__ import annotations

import numpy as np

from analytics.core.choices import Drawn
from analytics.core.design import group_codes
from analytics.core.estimators.drawn import Units
from analytics.core.frame import Frame, Mask
from analytics.core.sample import Sample
from surveys.core.problems import refuse
from surveys.core.said import say


def units_of(drawn: Drawn, frame: Frame, sample: Sample) -> Units:
    """The units of all rows that say how they were drawn, so that those without a row used still count.

    Numbers of units are taken within their strata.  Refused when the weights are no numbers.
    """
    every = _told(drawn, frame)
    rows = int(every.sum())
    strata = np.zeros(rows, dtype=np.intp)
    if drawn.strata:
        strata = group_codes(frame[drawn.strata], every)[0]
    if drawn.psu:
        units = group_codes(frame[drawn.psu], every)[0]
        _, first, place = np.unique(
            strata.astype(np.int64) * (int(units.max(initial=0)) + 1) + units,
            return_index=True,
            return_inverse=True,
        )
        stratum, unit = strata[first], place.reshape(-1)
    else:  # every row is a unit of its own
        stratum, unit = strata, np.arange(rows, dtype=np.intp)
    used = sample.mask[every]
    weights = np.ones(sample.n)
    if drawn.weights:
        column = frame[drawn.weights]
        if not column.is_number:
            message = say("The weights {name} are no numbers.", name=drawn.weights)
            raise refuse("wrong_type", message, where="weights")
        weights = column.numbers()[sample.mask]
    mean = float(weights.mean())
    scaled = weights / mean if mean > 0 else weights
    return Units(unit[used].astype(np.int64), stratum.astype(np.int64), scaled, drawn.lonely)


def _told(drawn: Drawn, frame: Frame) -> Mask:
    """The rows that have all that is named of how they were drawn."""
    columns = [frame[name] for name in drawn.columns]
    every: Mask = np.logical_and.reduce([column.present() for column in columns])
    for column in columns:
        if column.is_number:
            every &= np.isfinite(column.numbers())
    return every
