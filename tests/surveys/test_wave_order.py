"""Waves stand as people count them where the study does not say how they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from measures.selectors import study_wave_versions
from surveys.core.names import in_natural_order
from surveys.core.reading import ReadOptions
from surveys.models import Study, User, Wave
from surveys.services.studies import create_wave
from surveys.services.waves import ImportOutcome, import_wave
from tests.factories import make_study, make_user, make_wave

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin() -> User:
    return make_user("admin", is_superuser=True)


def imported(admin: User, study: Study, slug: str, path: Path, yes: int) -> ImportOutcome:
    """A wave of 200 rows, ``yes`` of which say 1 and the others 2."""
    cells = [f"{row},{1 if row < yes else 2}" for row in range(200)]
    path.write_text("\n".join(["id,x", *cells]) + "\n", "utf-8")
    return import_wave(admin, study, slug, path, original_name=path.name, options=ReadOptions())


def slugs(study: Study) -> list[str]:
    return list(study.waves.values_list("slug", flat=True))


def test_names_sort_as_people_count() -> None:
    names = ["w10", "w9", "2016", "w1b", "W2", "w010", "2014", "w1", "wave-3-b", "wave-3-a", "w", "w1a"]
    assert sorted(names, key=lambda name: (in_natural_order(name), name)) == [
        "2014", "2016", "w", "w1", "w1a", "w1b", "W2", "w9", "w010", "w10", "wave-3-a", "wave-3-b",
    ]  # fmt: skip
    longest = "1a" * 30
    assert len(in_natural_order(longest)) <= Wave._meta.get_field("slug_order").max_length


def test_the_tenth_wave_is_held_against_the_ninth(admin: User, tmp_path: Path) -> None:
    study = make_study()
    imported(admin, study, "w9", tmp_path / "w.csv", yes=100)
    jumped = imported(admin, study, "w10", tmp_path / "w.csv", yes=199)
    told = [one.message for one in jumped.findings if one.code == "jump"]
    assert told and all("mdms/w9@1" in message for message in told)
    first = imported(admin, study, "w2", tmp_path / "w.csv", yes=1)
    assert not [one for one in first.findings if one.code == "jump"]  # none came before
    assert slugs(study) == ["w2", "w9", "w10"]
    assert [one.wave.slug for one in study_wave_versions(study)] == ["w10", "w9", "w2"]


def test_a_new_wave_takes_its_place_among_those_the_study_ordered(admin: User, tmp_path: Path) -> None:
    study = make_study()
    for position, slug in enumerate(["2014", "2016", "2020"], 1):
        make_wave(study, slug, position=position, key="id")
    imported(admin, study, "2016", tmp_path / "w.csv", yes=100)
    jumped = imported(admin, study, "2018", tmp_path / "w.csv", yes=199)
    assert "mdms/2016@1" in next(one.message for one in jumped.findings if one.code == "jump")
    create_wave(admin, study, "2022")
    create_wave(admin, study, "2012")
    assert slugs(study) == ["2012", "2014", "2016", "2018", "2020", "2022"]
    assert study.waves.get(slug="2016").position == 2  # no other wave was moved


def test_it_comes_last_where_the_order_is_not_that_of_the_names(admin: User) -> None:
    study = make_study()
    for position, slug in enumerate(["pilot", "main"]):
        create_wave(admin, study, slug, position=position)
    create_wave(admin, study, "late")
    assert slugs(study) == ["pilot", "main", "late"]
