"""Questions with several answers: columns of 0 and 1, or one text of codes with commas."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.mdms.generate.answers import Answers
from studies.mdms.generate_2016.spec import Drift


def options(drift: Drift, before: Answers, rng: np.random.Generator) -> Answers:
    """The columns of every such question; nobody who ticks an option ticks “none”."""
    found: Answers = {}
    for name, want in drift.rules["options"].items():
        ticked = _ticked(want["options"], before, rng)
        ticked[want["none"]] = ~np.any(list(ticked.values()), axis=0)
        if want["storage"] == "text":
            was_asked = rng.random(len(before["city"])) < want["asked_of"]
            found[name] = np.where(was_asked, _texts(ticked), "")
        else:
            found |= {f"{name}_{code}": column.astype(float) for code, column in ticked.items()}
    return found


def _ticked(wanted: dict[int, Any], before: Answers, rng: np.random.Generator) -> dict[int, NDArray[Any]]:
    """Per option whether it is ticked: ``share`` of those ``of`` an option, ``otherwise`` of the rest."""
    ticked: dict[int, NDArray[Any]] = {}
    for code, want in wanted.items():
        luck = rng.random(len(before["city"]))
        if isinstance(want, list):
            ticked[code] = np.any([before[name] == 1 for name in want], axis=0)
        elif isinstance(want, dict):
            held = before[want["of"]] == 1
            ticked[code] = held & (luck < want["share"] if "share" in want else ~ticked[want["otherwise"]])
        else:
            ticked[code] = luck < want
    return ticked


def _texts(ticked: dict[int, NDArray[Any]]) -> NDArray[Any]:
    codes = sorted(ticked)
    rows = np.column_stack([ticked[code] for code in codes])
    return np.array([",".join(str(c) for c, is_on in zip(codes, row, strict=True) if is_on) for row in rows])
