"""What the engine's own errors become: they quote cells, so nothing of them is passed on but their class.

duckdb and Arrow are told by the module of the error's class, for importing them takes long.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from surveys.core.problems import Refused, refuse
from surveys.core.said import say

if TYPE_CHECKING:
    import pyarrow as pa

_ROOMS = ("duckdb", "_duckdb", "pyarrow")
_OF_THE_DATA = {  # a rule, a crosswalk or the size of the data is the cause; every other class is a bug
    "ConversionException",
    "OutOfRangeException",
    "OutOfMemoryException",
    "TypeMismatchException",
    "InvalidInputException",
    "ArrowInvalid",
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
        error.args = (type(error).__name__,)  # what still holds the error holds no cell
        raise _told(type(error).__name__) from None


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
