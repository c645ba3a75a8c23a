"""How much is counted while somebody waits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Budget:
    """``rows`` that may still be counted, over all waves of what was asked; None: however many there are."""

    rows: int | None

    def allows(self, rows: int) -> bool:
        """Whether ``rows`` more are counted, which then are taken off."""
        if self.rows is None:
            return True
        if rows > self.rows:
            return False
        self.rows -= rows
        return True
