"""Short names are refused in words, the same in every room, before anything is made."""

from __future__ import annotations

import pytest

from surveys.core.problems import Refused
from surveys.services.names import MOST_LETTERS, require_slug
from surveys.services.studies import create_study
from tests.factories import make_user


@pytest.mark.parametrize("slug", ["", "Two Words", "a/b", "UPPER", "流动", "x" * (MOST_LETTERS + 1)])
def test_what_cannot_stand_in_an_address_is_refused(slug: str) -> None:
    with pytest.raises(Refused, match="short name of a wave") as refused:
        require_slug(slug, "a wave", example="2014")
    problem = refused.value.problems[0]
    assert problem.code == "bad_name" and "as in 2014" in problem.hint


@pytest.mark.parametrize("slug", ["2014", "mdms", "table_2-b", "x" * MOST_LETTERS])
def test_what_can_is_not(slug: str) -> None:
    require_slug(slug, "a wave", example="2014")


@pytest.mark.django_db
def test_the_longest_name_is_stored_and_a_longer_one_is_no_error_of_the_database() -> None:
    admin = make_user("root", is_superuser=True)
    assert create_study(admin, "x" * MOST_LETTERS).slug == "x" * MOST_LETTERS
    with pytest.raises(Refused, match="60 is the most"):
        create_study(admin, "x" * (MOST_LETTERS + 1))
