"""What the engine's own errors become: they quote cells, so nothing of them is passed on but their class.

The libraries are told by the module of the error's class, for importing them takes long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from surveys.core.problems import Refused, refuse
from surveys.core.said import say

if TYPE_CHECKING:
    import pyarrow as pa

_ROOMS = ("duckdb", "_duckdb", "pyarrow", "pyspark", "py4j")
_OF_THE_DATA = {  # a rule, a crosswalk or the size of the data is the cause; every other class is a bug
    "ConversionException",
    "OutOfRangeException",
    "OutOfMemoryException",
    "TypeMismatchException",
    "InvalidInputException",
    "ArrowInvalid",
    "CAST_INVALID_INPUT",  # from here on as Spark names them
    "CAST_OVERFLOW",
    "ARITHMETIC_OVERFLOW",
    "NUMERIC_VALUE_OUT_OF_RANGE",
    "DATATYPE_MISMATCH",
    "UNABLE_TO_ACQUIRE_MEMORY",
}

_PREFIXES = {  # how Arrow words what duckdb reports while rows are streamed
    "Conversion Error": "ConversionException",
    "Out of Range Error": "OutOfRangeException",
    "Out of Memory Error": "OutOfMemoryException",
    "Mismatch Type Error": "TypeMismatchException",
    "Invalid Input Error": "InvalidInputException",
}


class EngineFailure(RuntimeError):
    """A bug in what the engine was asked; names the class of its error and nothing else."""


@contextmanager
def in_words() -> Iterator[None]:
    """Within it an error of the engine becomes a refusal, or an EngineFailure where nobody else can mend it.

    Other errors (a full disk, a file that is gone) pass.
    """
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _ROOMS:
            raise
        kind = _kind_of(error)
        _emptied(error, kind)
        raise _told(kind) from None


def _kind_of(error: Exception) -> str:
    """The class of an error; Spark's carry a name for what happened beside it, one of a fixed list."""
    try:
        condition = str(error.getCondition())  # type: ignore[attr-defined]
    except Exception:  # no error of Spark's, or its program is gone
        condition = ""
    name = condition.partition(".")[0]
    return name if re.fullmatch("[A-Z][A-Z0-9_]+", name) else type(error).__name__


def _emptied(error: Exception, kind: str) -> None:
    """What still holds the error holds no cell."""
    error.args = (kind,)
    for name, held in list(vars(error).items()):
        setattr(error, name, kind if isinstance(held, str) else None)


def streamed(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The batches of a result; what the engine reports on the way comes as an OSError of Arrow's."""
    batches = iter(reader)
    while True:
        try:
            batch = next(batches)
        except StopIteration:
            return
        except OSError as error:
            kind = _PREFIXES.get(str(error).partition(":")[0], "OSError")
            error.args = (kind,)
            raise _told(kind) from None
        yield batch


def _told(kind: str) -> Refused | EngineFailure:
    if kind not in _OF_THE_DATA:
        return EngineFailure(f"the engine failed with {kind}")
    return refuse(
        "engine_refused",
        say("These rules cannot be computed on this wave: the engine reports {kind}.", kind=kind),
        hint="Look at the code maps of the items and at the types that the rule compares.",
    )
