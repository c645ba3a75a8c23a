"""Child processes that do not outlive whoever started them and reach nobody, as far as the system allows."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
_NEW_USERS, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET of <linux/sched.h>


def dying_with_parent(signal: int) -> Callable[[], None]:
    """For ``preexec_fn``: the child gets ``signal`` when its parent dies (Linux; elsewhere it lives on)."""
    if sys.platform != "linux":
        return lambda: None
    system, parent = ctypes.CDLL(None), os.getpid()  # looked up before the fork: nothing is loaded after it

    def ask() -> None:
        system.prctl(_SET_PARENT_DEATH_SIGNAL, signal, 0, 0, 0)
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
