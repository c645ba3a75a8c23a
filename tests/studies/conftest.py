"""The shipped studies as the demo leaves them, in the database of a test."""

from __future__ import annotations

import pytest
from django.db import connection

from config import journey
from surveys.models import User
from tests.factories import make_user
from tests.kept_rows import rows_in, set_down


@pytest.fixture
def boss(db: None, home: object, request: pytest.FixtureRequest) -> User:
    """Who ran the demo: its datasets are built and its analyses run; on a server by this very process."""
    if connection.vendor == "sqlite":
        theirs = request.getfixturevalue("traveller").home
        set_down(rows_in(theirs / "wavebook.sqlite3"), theirs / "store")
        return User.objects.get()
    user = make_user("boss", is_superuser=True, is_staff=True)
    journey.travel(user, lambda _: None)
    return user
