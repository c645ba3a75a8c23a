"""Word of change: higher rooms that rest on waves and context tables hear when these have a new version."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextvars import ContextVar
from itertools import count

from django.db import transaction

from surveys.models import Study, User

Listener = Callable[[User, Study], None]

_LISTENERS: list[Listener] = []
_CHANGES = count()  # in the order in which changes are made and told
_GATHERED: ContextVar[dict[int, tuple[User, Study]] | None] = ContextVar("gathered", default=None)
_here = threading.local()  # a connection, and so a transaction, belongs to one thread
logger = logging.getLogger(__name__)


def on_change(listener: Listener) -> None:
    """Adds somebody to tell; called by each room's tasks module."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def tell(user: User, study: Study) -> None:
    """Tells every listener after the caller's transaction has committed.

    A listener that fails is logged: the change itself stands.
    """
    for listener in _LISTENERS:
        transaction.on_commit(lambda listener=listener: listener(user, study), robust=True)  # type: ignore[misc]
