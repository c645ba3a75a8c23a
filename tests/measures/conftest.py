"""A small study with one wave of eight people, on which every test of this room stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from measures.models import Dataset, Measure
from measures.services.datasets import define_dataset
from measures.services.rules import publish, save_draft
from surveys.core.codebook import Code, MissingRule, ValueType, Variable
from surveys.models import Study, User, Wave, WaveVersion
from tests.factories import make_member, make_study, make_wave, make_wave_version, variable

YES_NO = (Code(1, {"en": "yes", "zh": "是"}), Code(0, {"en": "no", "zh": "否"}))
SEX = (Code(1, {"en": "male", "zh": "男"}), Code(2, {"en": "female", "zh": "女"}))
HOME = (
    Code(1, {"en": "villa", "zh": "别墅"}),
    Code(2, {"en": "old town", "zh": "老城区"}),
    Code(3, {"en": "village", "zh": "农村"}),
)
GONE = (
    MissingRule("refused", value=-1, labels={"en": "refused"}),
    MissingRule("dont_know", value=-2, labels={"en": "don't know"}),
)

CELLS: dict[str, list[Any]] = {
    "rid": [101, 102, 103, 104, 105, 106, 107, 108],
    "q_sex": [1, 2, 1, 2, 1, 2, 1, 2],
    "q_union": [1, 0, 0, 0, 1, 0, -1, 0],
    "q_party": [0, 0, 1, 0, 0, 0, 0, -2],
    "q_home": [1, 2, 3, 1, 2, 3, 1, -1],
    "q_income": [100.0, 200.0, 0.0, 400.0, 500.0, None, 700.0, 800.0],
    "city": [11, 11, 11, 12, 12, 12, 13, 13],
}


def codebook() -> dict[str, Variable]:
    return {
        "rid": variable("rid", labels={"en": "Respondent", "zh": "编号"}),
        "q_sex": variable("q_sex", labels={"en": "Sex", "zh": "性别"}, codes=SEX),
        "q_union": variable("q_union", labels={"en": "Union", "zh": "工会"}, codes=YES_NO, missing=GONE),
        "q_party": variable("q_party", labels={"en": "Party", "zh": "党支部"}, codes=YES_NO, missing=GONE),
        "q_home": variable("q_home", labels={"en": "Home", "zh": "住房"}, codes=HOME, missing=GONE),
        "q_income": variable("q_income", ValueType.DECIMAL, labels={"en": "Income", "zh": "收入"}),
        "city": variable("city", labels={"en": "City", "zh": "城市"}),
    }


@dataclass(frozen=True)
class Room:
    """The study, its wave and somebody who may define things in it."""

    study: Study
    wave: Wave
    version: WaveVersion
    user: User

    def corrected(self, **cells: list[Any]) -> WaveVersion:
        """The next version of the wave, with some columns exchanged."""
        variables = codebook()
        columns = [(variables[name], values) for name, values in (CELLS | cells).items()]
        return make_wave_version(self.wave, columns)

    def publish(self, name: str, rule: str, *, seen: bool = False, **wording: Any) -> Measure:
        """A measure whose draft is published."""
        version = save_draft(self.user, self.study, name, rule=rule, **wording)
        publish(self.user, version.measure, acknowledge_changes=seen)
        return version.measure

    def dataset(self, slug: str = "integration", **recipe: Any) -> Dataset:
        return define_dataset(self.user, self.study, slug, recipe={"wave": "2014", "key": "rid"} | recipe)


@pytest.fixture
def room(db: None) -> Room:
    study = make_study(missing_reasons={"-1": "refused", "-2": "dont_know"})
    wave = make_wave(study)
    variables = codebook()
    version = make_wave_version(wave, [(variables[name], cells) for name, cells in CELLS.items()])
    return Room(study, wave, version, make_member(study))


FSP = "any_of(q_union, q_party)"
MALE = 'recode(q_sex, {"male": 1, "female": 0})'


@pytest.fixture
def fsp(room: Room) -> Measure:
    return room.publish("fsp", FSP)


@pytest.fixture
def male(room: Room) -> Measure:
    return room.publish("male", MALE, labels={"en": "Male", "zh": "男性"})
