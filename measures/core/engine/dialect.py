"""Where the SQL of the two engines differs: names of types, a few functions, how rows keep their order.

Everything else that is emitted is read alike by both.  Each difference below changed a result, or failed,
when it was written the other engine's way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from measures.core.language.tree import Type

if TYPE_CHECKING:
    from measures.core.engine.sql import Parameters

BLOCK = 1_048_576  # rows that are numbered by one task
_UNTIL_WHOLE = 2.0**52  # every double from here on is a whole number


@dataclass(frozen=True)
class Dialect:
    """The reference: SQL as DuckDB reads it."""

    sign: str = "$"  # before the name of a bound parameter
    text: str = "VARCHAR"
    datetime: str = "TIMESTAMP"
    whole: str = "BIGINT"  # of whole numbers up to 1e8, which are added and multiplied exactly
    short: str = "DECIMAL(19,4)"  # of decimals of four places up to 1e8, likewise
    huge: str = "HUGEINT"  # of whole numbers up to 2^50, likewise
    row: str = ""  # the column that carries the place of a row, where rows have no order of their own
    nests: bool = True  # reasons are written out inside one another, and so computed for absent rows alone

    def type_of(self, kind: Type) -> str:
        """The type that holds values of a rule."""
        match kind:
            case Type.CONDITION:
                return "BOOLEAN"
            case Type.INTEGER | Type.DECIMAL | Type.TIME:
                return "DOUBLE"
            case Type.DATE:
                return "DATE"
            case Type.TEXT:
                return self.text
            case Type.DATETIME:
                return self.datetime
        raise TypeError(kind)

    def finite(self, x: str) -> str:
        """Whether a double is a number."""
        return f"isfinite({x})"

    def floor(self, x: str) -> str:
        """The largest whole number up to ``x``, as a double."""
        return f"FLOOR({x})"

    def nearest(self, x: str) -> str:
        """A double as a whole number, halves to the even one."""
        return f"CAST({x} AS BIGINT)"

    def huge_floor(self, x: str) -> str:
        """The same of a number below 2^50, as one that is summed exactly."""
        return f"CAST(FLOOR({x}) AS {self.huge})"

    def least(self, parts: Iterable[str]) -> str:
        """The smallest of one or more; nulls are passed over."""
        return f"LEAST({', '.join(parts)})"

    def greatest(self, parts: Iterable[str]) -> str:
        return f"GREATEST({', '.join(parts)})"

    def matches(self, x: str, pattern: str) -> str:
        """Whether a whole text matches; the pattern is one of ours."""
        return f"regexp_full_match({x}, '{pattern}')"

    def found(self, keys: str, values: str, key: str) -> str:
        """What stands in the list ``values`` where ``key`` stands in ``keys``; null where it does not."""
        return f"list_extract([{values}], list_position([{keys}], {key}))"

    def contains(self, keys: str, key: str) -> str:
        return f"list_contains([{keys}], {key})"

    def file(self, path: Path, parameters: Parameters) -> str:
        """A stored Parquet file, to select from."""
        return f"read_parquet({parameters.text(str(path))})"

    def beside(self, rows: str, file: str, columns: str, *, is_filtered: bool) -> str:
        """``columns`` of a file laid beside ``rows``, the first to the first and so on."""
        return f"SELECT * FROM {rows} POSITIONAL JOIN (SELECT {columns} FROM {file})"


class SparkDialect(Dialect):
    """SQL as Spark reads it, in ANSI mode."""

    def finite(self, x: str) -> str:
        """Spark has no such function; NaN is larger than any number in both engines."""
        return f"(ABS({x}) < CAST('Infinity' AS DOUBLE))"

    def floor(self, x: str) -> str:
        """Spark's own gives a BIGINT, which most doubles do not fit into."""
        inside = f"ABS({x}) < CAST('{_UNTIL_WHOLE!r}' AS DOUBLE)"
        return f"(CASE WHEN {inside} THEN CAST(FLOOR({x}) AS DOUBLE) ELSE {x} END)"

    def nearest(self, x: str) -> str:
        """Spark's own cast cuts what is behind the point."""
        return f"CAST(RINT({x}) AS BIGINT)"

    def least(self, parts: Iterable[str]) -> str:
        """Spark's own wants two at least."""
        given = list(parts)
        return super().least(given) if len(given) > 1 else given[0]

    def greatest(self, parts: Iterable[str]) -> str:
        given = list(parts)
        return super().greatest(given) if len(given) > 1 else given[0]

    def matches(self, x: str, pattern: str) -> str:
        """From end to end: a dollar sign would let a last line break pass."""
        return rf"({x} RLIKE r'\A(?:{pattern})\z')"

    def found(self, keys: str, values: str, key: str) -> str:
        return f"get(array({values}), CAST(array_position(array({keys}), {key}) AS INT) - 1)"

    def contains(self, keys: str, key: str) -> str:
        return f"array_contains(array({keys}), {key})"

    def file(self, path: Path, parameters: Parameters) -> str:
        """The view that the engine lays over a file before it asks; it tells the place of each row."""
        return view_of(path)

    def beside(self, rows: str, file: str, columns: str, *, is_filtered: bool) -> str:
        kept = self._numbered(rows) if is_filtered else f"SELECT *, {self.row} AS place FROM {rows}"
        read = f"SELECT {columns}, {self.row} AS other_place FROM {file}"
        return (
            f"SELECT kept.* EXCEPT (place), beside.* EXCEPT (other_place) FROM ({kept}) AS kept "
            f"LEFT JOIN ({read}) AS beside ON place = other_place"
        )

    def _numbered(self, rows: str) -> str:
        """Rows with their place among those that are left, counted from 0, block by block: one window over
        everything would have a single task see every row."""
        block = f"{self.row} DIV {BLOCK}"
        before = (
            f"SELECT {block} AS block, SUM(COUNT(*)) OVER (ORDER BY {block}) - COUNT(*) AS before "
            f"FROM {rows} GROUP BY {block}"
        )
        place = f"ROW_NUMBER() OVER (PARTITION BY block ORDER BY {self.row}) - 1 + before"
        joined = f"(SELECT *, {block} AS block FROM {rows}) JOIN ({before}) USING (block)"
        return f"SELECT * EXCEPT (block, before), {place} AS place FROM {joined}"


def view_of(path: Path) -> str:
    """The name of the view over a file."""
    return f"file_{sha256(str(path).encode()).hexdigest()[:24]}"


DUCKDB = Dialect()
STAGED = Dialect(nests=False)  # every reason in a column of its own, for who asks each of them more than once
SPARK = SparkDialect(
    sign=":",
    text="STRING",
    datetime="TIMESTAMP_NTZ",
    whole="DECIMAL(10,0)",  # sums and products of BIGINT overflow; DECIMAL keeps up to 38 digits
    short="DECIMAL(14,4)",  # two of 19 digits would lose decimals when they are multiplied
    huge="DECIMAL(38,0)",
    row="row",
    nests=False,  # deep expressions take Spark long to think over
)
