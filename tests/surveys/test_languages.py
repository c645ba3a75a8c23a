"""Which languages the labels of a version can be had in."""

from __future__ import annotations

import pytest

from surveys.core.codebook import Code, MissingRule
from surveys.core.problems import Refused
from surveys.models import WaveVersion
from surveys.services.subjects import wave_subject
from tests.factories import make_study, make_wave, make_wave_version, variable

pytestmark = pytest.mark.django_db


def version(languages: list[str]) -> WaveVersion:
    study = make_study(languages=languages)
    labels = {"pt-br": "Sexo"}
    missing = (MissingRule("refused", value=-1, labels={"de": "verweigert"}),)
    sex = variable("sex", labels=labels, question={"fr": "Sexe ?"}, codes=(Code(1, labels),), missing=missing)
    return make_wave_version(make_wave(study), [(variable("rid"), [1, 2]), (sex, [1, -1])])


def test_a_language_with_a_region_is_one_of_its_own() -> None:
    subject = wave_subject(version(["pt-br"]))
    assert subject.language_named("") == subject.language_named("pt-br") == "pt-br"
    with pytest.raises(Refused, match="no labels in “pt”"):
        subject.language_named("pt")


def test_questions_and_labels_of_missing_codes_count_as_labels() -> None:
    subject = wave_subject(version(["zh-hans", "en"]))
    assert subject.language_named("") == "zh-hans"
    assert [subject.language_named(one) for one in ("fr", "de", "en-gb")] == ["fr", "de", "en-gb"]
    with pytest.raises(Refused, match="no labels in “it”"):
        subject.language_named("it")
