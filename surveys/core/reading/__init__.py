"""Reading survey files of every kind, in a process of its own."""

from surveys.core.reading.door import read
from surveys.core.reading.options import ReadOptions, ReadResult, options_from_json
from surveys.core.reading.there import require_readable

__all__ = ["ReadOptions", "ReadResult", "options_from_json", "read", "require_readable"]
