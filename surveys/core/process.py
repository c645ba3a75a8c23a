"""Child processes that do not outlive whoever started them and reach nobody, as far as the system allows."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
_AGAIN = 0.05  # seconds until a stop that went unheard is said again
_NEW_USERS, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET of <linux/sched.h>


def dying_with_parent(number: int) -> Callable[[], None]:
    """For ``preexec_fn``: the child gets signal ``number`` when its parent dies (Linux; elsewhere none)."""
    if sys.platform != "linux":
        return lambda: None
    system, parent = ctypes.CDLL(None), os.getpid()  # looked up before the fork: nothing is loaded after it

    def ask() -> None:
        system.prctl(_SET_PARENT_DEATH_SIGNAL, number, 0, 0, 0)
        if os.getppid() != parent:  # it died before the child could ask
            os._exit(1)

    return ask


def without_network() -> Callable[[], bool]:
    """For ``preexec_fn``: the child gets a network of its own with nobody on it, where the system allows it.

    The function tells whether it was allowed; a caller that must not depend on it ignores the answer.
    """
    if sys.platform != "linux":
        return lambda: False
    system = ctypes.CDLL(None)
    spaces = _NEW_NETWORK if os.geteuid() == 0 else _NEW_NETWORK | _NEW_USERS

    def leave() -> bool:
        return bool(system.unshare(spaces) == 0)

    return leave


def ending_on(number: int) -> None:
    """From now on signal ``number`` ends this process as an exception does: what is open is cleared up.

    Python drops what is raised in its own errands (around a fork, when an object goes), and the process
    would live on: a stop that was dropped so is said again by the alarm clock.
    """
    told = sys.unraisablehook

    def stop(_number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    def unheard(what: Any) -> None:
        if isinstance(what.exc_value, SystemExit):
            signal.setitimer(signal.ITIMER_REAL, _AGAIN)
        else:
            told(what)

    signal.signal(number, stop)
    signal.signal(signal.SIGALRM, stop)
    sys.unraisablehook = unheard
