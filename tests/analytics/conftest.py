"""A study with one generated wave, and somebody who may run things in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from analytics.core.frame import Column
from measures.models import Dataset
from measures.services.datasets import build_dataset, define_dataset
from measures.services.rules import publish, save_draft
from surveys.core.codebook import MissingRule, Variable
from surveys.models import Study, User, Wave, WaveVersion
from tests.analytics.columns import survey
from tests.factories import make_member, make_study, make_wave, make_wave_version, variable

ROWS = 400


def columns(**changed: list[Any]) -> list[tuple[Variable, list[Any]]]:
    """The generated survey as a codebook and raw cells: -1 in x was declared "refused"."""
    cells: dict[str, Column] = survey(ROWS)
    rid = (variable("rid", labels={"en": "Respondent"}), list(range(1, ROWS + 1)))
    refused = (MissingRule("refused", value=-1.0),)
    found = [rid]
    for name, one in cells.items():
        raw = [-1.0 if cell is None else cell for cell in one.values.to_list()]
        told = replace(one.variable, missing=refused) if name == "x" else one.variable
        found.append((told, changed.get(name, raw)))
    return found


@dataclass(frozen=True)
class Desk:
    """The study, its wave version, and a researcher."""

    study: Study
    wave: Wave
    version: WaveVersion
    user: User

    def corrected(self, **changed: list[Any]) -> WaveVersion:
        return make_wave_version(self.wave, columns(**changed))

    def cells(self, name: str) -> list[Any]:
        return next(cells for told, cells in columns() if told.name == name)

    def measure(self, name: str, rule: str, **wording: Any) -> None:
        draft = save_draft(self.user, self.study, name, rule=rule, **wording)
        publish(self.user, draft.measure, acknowledge_changes=True)

    def dataset(self, **recipe: Any) -> Dataset:
        whole = {"wave": "2014", "key": "rid"} | recipe
        dataset = define_dataset(self.user, self.study, "integration", recipe=whole)
        build_dataset(self.user, dataset)
        return dataset


@pytest.fixture
def desk(db: None) -> Desk:
    study = make_study()
    wave = make_wave(study)
    return Desk(study, wave, make_wave_version(wave, columns()), make_member(study))
