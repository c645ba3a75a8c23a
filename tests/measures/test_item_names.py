"""A measure has a name of its own: in a rule the name of an item means the item."""

from __future__ import annotations

import pytest

from measures.models import Measure
from measures.selectors import resting_on
from measures.services.rules import save_draft
from surveys.core.problems import Refused
from tests.measures.conftest import Room


def test_no_new_measure_is_called_like_an_item(room: Room) -> None:
    with pytest.raises(Refused) as refused:
        save_draft(room.user, room.study, "q_sex", rule="1")
    (problem,) = refused.value.problems
    assert problem.code == "name_of_item"
    assert problem.message == "q_sex is the name of an item of mdms: in a rule it would mean the item."
    assert not Measure.objects.exists()


def test_one_that_was_there_before_the_item_goes_on(room: Room) -> None:
    Measure.objects.create(study=room.study, name="q_sex")
    assert room.publish("q_sex", "q_union").published is not None


def test_a_rule_that_reads_the_item_does_not_rest_on_the_measure(room: Room) -> None:
    Measure.objects.create(study=room.study, name="q_sex")
    measure = room.publish("q_sex", "q_union")
    room.publish("male", "q_sex == 1")
    room.publish("other", "male == 0")
    assert resting_on(measure) == ()
    assert resting_on(Measure.objects.get(name="male")) == ("other",)
