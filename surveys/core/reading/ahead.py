"""Work on the next pieces of a file while the one before is taken in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

THREADS = 2  # more would hold more pieces in memory than they save time

Piece = TypeVar("Piece")
Done = TypeVar("Done")


def in_turn(work: Callable[[Piece], Done], pieces: Iterable[Piece]) -> Iterator[Done]:
    """``work`` of each piece, in their order, at most two pieces ahead of whoever takes them.

    What ``work`` raises is raised when its piece is asked for.
    """
    waiting: deque[Future[Done]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for piece in pieces:
            waiting.append(pool.submit(work, piece))
            if len(waiting) > THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
