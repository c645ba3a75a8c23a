"""Reading survey files of every kind, in a process of its own."""

from surveys.core.reading.door import read
from surveys.core.reading.options import ReadOptions, ReadResult, options_from_json

__all__ = ["ReadOptions", "ReadResult", "options_from_json", "read"]
