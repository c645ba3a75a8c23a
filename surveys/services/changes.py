"""Word of change: higher rooms that rest on waves and context tables hear when these have a new version."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count

from django.db import transaction

from surveys.core.problems import Refused
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


@contextmanager
def told_once() -> Iterator[None]:
    """Within it changes are gathered; each study they touch is told of once, at the end.

    For work of many transactions, such as the loading of a folder; what was done before a failure counts.
    """
    if _GATHERED.get() is not None:  # the outer block tells
        yield
        return
    gathered: dict[int, tuple[User, Study]] = {}
    token = _GATHERED.set(gathered)
    try:
        yield
    finally:
        _GATHERED.reset(token)
        for user, study in gathered.values():
            tell_now(user, study)


def tell(user: User, study: Study) -> None:
    """Tells every listener after the caller's transaction has committed, once for all its changes.

    A listener that fails is logged: the change itself stands.
    """
    change = next(_CHANGES)

    def committed() -> None:
        if change > _told_up_to(study):
            tell_now(user, study)

    transaction.on_commit(committed, robust=True)


def tell_now(user: User, study: Study) -> None:
    """Tells every listener of what is committed by now; inside :func:`told_once`, at its end."""
    gathered = _GATHERED.get()
    if gathered is not None:
        gathered[study.pk] = user, study
        return
    _here.told = getattr(_here, "told", {}) | {study.pk: next(_CHANGES)}
    for listener in _LISTENERS:
        try:
            listener(user, study)
        except Refused as refused:
            logger.error("A change of %s was not followed up: %s", study, refused)
        except Exception:
            logger.exception("A change of %s was not followed up", study)


def _told_up_to(study: Study) -> int:
    """The last change that listeners have seen: all that this thread committed before they were told."""
    told: dict[int, int] = getattr(_here, "told", {})
    return told.get(study.pk, -1)
