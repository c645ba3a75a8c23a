"""Pieces worked on ahead of time: in order, few at a time, errors where they belong."""

from __future__ import annotations

import threading

import pytest

from surveys.core.reading.ahead import THREADS, in_turn


def test_pieces_come_in_their_order_whichever_is_ready_first() -> None:
    second_is_ready = threading.Event()

    def work(piece: int) -> int:
        if piece == 0:
            assert second_is_ready.wait(10)
        if piece == 1:
            second_is_ready.set()
        return piece * piece

    assert list(in_turn(work, range(9))) == [piece * piece for piece in range(9)]


def test_no_more_pieces_are_begun_than_will_soon_be_taken() -> None:
    begun: list[int] = []
    pieces = in_turn(begun.append, range(100))
    next(pieces)
    assert len(begun) <= THREADS + 1
    pieces.close()


def test_what_a_piece_raises_is_raised_in_its_place() -> None:
    def work(piece: int) -> int:
        return 6 // (3 - piece)

    pieces = in_turn(work, range(9))
    assert [next(pieces) for _ in range(3)] == [2, 3, 6]
    with pytest.raises(ZeroDivisionError):
        next(pieces)
