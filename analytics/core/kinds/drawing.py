"""How the rows of an analysis were drawn: units and strata of the whole data, weights of the rows used."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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
    strata = _codes(drawn.strata, frame, every, np.zeros(rows, dtype=np.intp))
    units = _codes(drawn.psu, frame, every, np.arange(rows, dtype=np.intp))
    pairs, place = np.unique(np.column_stack([strata, units]), axis=0, return_inverse=True)
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
    return Units(place.reshape(-1)[used].astype(np.int64), pairs[:, 0].astype(np.int64), scaled, drawn.lonely)


def _told(drawn: Drawn, frame: Frame) -> Mask:
    """The rows that have all that is named of how they were drawn."""
    columns = [frame[name] for name in drawn.columns]
    every: Mask = np.logical_and.reduce([column.present() for column in columns])
    for column in columns:
        if column.is_number:
            every &= np.isfinite(column.numbers())
    return every


def _codes(name: str, frame: Frame, every: Mask, otherwise: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    return group_codes(frame[name], every)[0] if name else otherwise
