"""Child processes that do not outlive whoever started them, as far as the system can see to it."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>


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
