"""A published table row by row and column by column: what stands together about one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.core.audit.tails import read_p
from analytics.core.printed import Interval, Printed
from analytics.core.targets import PublishedTable
from surveys.core.said import say


@dataclass(frozen=True)
class Line:
    """The figures printed in one row and column: {statistic: figure}, with the texts they were read from."""

    column: str
    term: str
    label: str
    texts: Mapping[str, str]
    numbers: Mapping[str, Printed]

    @property
    def name(self) -> str:
        """What a sentence calls it."""
        return say("{label}, {column}", label=self.label, column=self.column)

    def figure(self, *statistics: str) -> Printed | None:
        """The first of ``statistics`` that is printed."""
        return next((self.numbers[one] for one in statistics if one in self.numbers), None)

    @property
    def p(self) -> Interval | None:
        return read_p(self.texts["p"]) if "p" in self.texts else None

    @property
    def df(self) -> float | None:
        df = self.numbers.get("df")
        return df.value if df is not None and df.value > 0 else None


def lines(table: PublishedTable) -> list[Line]:
    """Every row and column that holds figures, in the order of the table."""
    places: dict[tuple[str, str], dict[str, str]] = {}
    numbers: dict[tuple[str, str], dict[str, Printed]] = {}
    for cell in table.cells:
        place = cell.column, cell.term
        places.setdefault(place, {})[cell.statistic] = cell.printed
        if cell.number is not None:
            numbers.setdefault(place, {})[cell.statistic] = cell.number
    return [
        Line(column, term, table.label(term), texts, numbers.get((column, term), {}))
        for (column, term), texts in places.items()
    ]
