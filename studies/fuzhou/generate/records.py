"""600 records with given margins: answers are dealt out at random, their counts are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from studies.making.codebook import Described, read_codebook
from studies.making.sav import Columns

HERE = Path(__file__).parent / "spec"
SEED = 2009
NOT_ASKED, NO_ANSWER = -8, -9
_MOST_SWAPS = 20_000

Ints = NDArray[np.int64]


def codebook() -> Described:
    return read_codebook(HERE)


def generate(seed: int = SEED) -> Columns:
    """The columns of the survey by variable, each of shape (600,)."""
    want = yaml.safe_load((HERE / "answers.yaml").read_text("utf-8"))
    deal = _Deal(np.random.default_rng(seed), want["groups"])
    for name, counts in want["by_group"].items():
        deal.by_group(name, dict(counts))
    for name, counts in want["overall"].items():
        deal.overall(name, **counts)
    deal.medical(**want["medical"])
    deal.reasons(**want["left_why"])
    deal.ranks(want["housing_rank"])
    return {name: deal.columns[name] for name in codebook().names}


class _Deal:
    """The records in the making."""

    def __init__(self, rng: np.random.Generator, groups: dict[str, int]) -> None:
        self.rng = rng
        sizes = list(groups.values())
        self.n = sum(sizes)
        employment = np.repeat(np.arange(1, len(sizes) + 1), sizes)
        self.rows = {group: np.flatnonzero(employment == k) for k, group in enumerate(groups, start=1)}
        self.columns: dict[str, Ints] = {"rid": np.arange(1, self.n + 1), "employment": employment}

    def by_group(self, name: str, counts: dict[str, Any]) -> None:
        """Codes 1, 2, … with the given counts in each group, among those who were asked."""
        asked_if = counts.pop("asked_if", "")
        column = np.full(self.n, NOT_ASKED)
        for group, numbers in counts.items():
            rows = self._said_yes(asked_if)
            self._put(column, rows[np.isin(rows, self.rows[group])], numbers)
        self.columns[name] = column

    def overall(
        self,
        name: str,
        counts: list[int],
        first: int = 1,
        asked_if: str = "",
        asked: int = 0,
        no_answer: int = 0,
    ) -> None:
        """Codes ``first``, ``first`` + 1, … with the given counts among those who were asked."""
        column, rows = np.full(self.n, NOT_ASKED), self._asked(asked_if, asked)
        silent = self.rng.choice(rows, no_answer, replace=False)
        column[silent] = NO_ANSWER
        self._put(column, np.setdiff1d(rows, silent), counts, first)
        self.columns[name] = column

    def medical(self, rural_coop: int, urban: int, both: int) -> None:
        """Two insurances, held together by ``both``."""
        covered = self.rng.permutation(self.n)[: rural_coop + urban - both]
        for name, holders in (("rural_coop", covered[:rural_coop]), ("urban", covered[rural_coop - both :])):
            self.columns[f"insured_medical_{name}"] = np.isin(np.arange(self.n), holders).astype(np.int64)

    def reasons(self, asked_if: str, asked: int, ticked: dict[str, int]) -> None:
        rows = self._asked(asked_if, asked)
        for name, number in ticked.items():
            self.columns[f"left_why_{name}"] = column = np.full(self.n, NOT_ASKED)
            self._put(column, rows, [len(rows) - number, number], first=0)

    def ranks(self, counts: dict[str, list[list[int]]]) -> None:
        """First, second and third choice; later ranks were not always given."""
        for rank in (1, 2, 3):
            self.columns[f"housing_rank_{rank}"] = np.full(self.n, NO_ANSWER)
        for group, by_rank in counts.items():
            rows = self.rng.permutation(self.rows[group])
            choices = np.zeros((len(rows), len(by_rank)), dtype=np.int64)
            for rank, numbers in enumerate(by_rank):
                self._put(choices[:, rank], np.arange(sum(numbers)), numbers)
            self._make_distinct(choices)
            for rank in range(len(by_rank)):
                given = choices[:, rank] > 0
                self.columns[f"housing_rank_{rank + 1}"][rows[given]] = choices[given, rank]

    def _make_distinct(self, choices: Ints) -> None:
        """Swaps choices of one rank between people until nobody names an option twice; 0 is no choice."""
        for _ in range(_MOST_SWAPS):
            first, second, third = choices.T
            again = [(i, 1) for i in np.flatnonzero((second > 0) & (second == first))]
            again += [(i, 2) for i in np.flatnonzero((third > 0) & ((third == first) | (third == second)))]
            if not again:
                return
            person, rank = again[self.rng.integers(len(again))]
            other = self.rng.choice(np.flatnonzero(choices[:, rank] > 0))
            choices[[person, other], rank] = choices[[other, person], rank]
        raise RuntimeError("the ranked choices could not be made distinct; try another seed")

    def _asked(self, asked_if: str, asked: int) -> Ints:
        rows = self._said_yes(asked_if)
        return np.sort(self.rng.choice(rows, asked, replace=False)) if asked else rows

    def _said_yes(self, name: str) -> Ints:
        return np.flatnonzero(self.columns[name] == 1) if name else np.arange(self.n)

    def _put(self, column: Ints, rows: Ints, counts: list[int], first: int = 1) -> None:
        if sum(counts) != len(rows):
            raise ValueError(f"{sum(counts)} answers for {len(rows)} people")
        column[rows] = self.rng.permutation(np.repeat(np.arange(first, first + len(counts)), counts))
