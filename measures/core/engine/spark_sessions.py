"""Sessions of Spark: how one is opened, what it is told, and in what words it is missed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from measures.core.masters import is_connect
from surveys.core.problems import Refused, refuse
from surveys.core.said import say

_MEANING = {  # on these the sameness of results rests
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.caseSensitive": "true",
}
_PROGRAM = {  # of the program that is started here
    "spark.app.name": "wavebook",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",  # its log quotes cells
    "spark.executor.syncLogLevel.enabled": "true",  # that of the workers too
}
_TELLTALES = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")  # print errors, and with them cells


@contextmanager
def opened(master: str, settings: Mapping[str, str]) -> Iterator[Any]:
    """A session of its own; what was there before is left as it is, what was started here is ended."""
    _require(master)
    from pyspark.logger import PySparkLogger
    from pyspark.sql import SparkSession

    for name in _TELLTALES:
        PySparkLogger.getLogger(name).disabled = True
    is_own = is_connect(master) or SparkSession.getActiveSession() is None
    if is_connect(master):
        spark = _started(SparkSession.builder.remote(master).create)
    elif is_own:
        builder = SparkSession.builder.master(master)
        for name, value in {**_PROGRAM, **settings}.items():
            builder = builder.config(name, value)
        spark = _started(builder.getOrCreate)
    else:
        spark = SparkSession.getActiveSession().newSession()
    for name, value in {**settings, **_MEANING}.items():
        if name.startswith("spark.sql."):
            spark.conf.set(name, value)
    try:
        yield spark
    finally:
        if is_own:
            spark.stop()


def _started(start: Callable[[], Any]) -> Any:
    """A session; where pyspark and Java are there, what hinders it is the master."""
    try:
        return start()
    except ImportError:
        lacks_client = True
    except Exception as error:
        lacks_client = False
        kind = type(error).__name__
    if lacks_client:
        raise refuse(
            "no_spark",
            "A Spark Connect server is spoken to with more packages than are installed here.",
            hint='Run pip install "pyspark[connect]==4.0.1".',
        )
    raise refuse(
        "spark_unreachable",
        say("Spark does not start: it reports {kind}.", kind=kind),
        hint="Check the master's address, that it answers from here, and that Java is 17 or later.",
    )


def _require(master: str) -> None:
    """Refuses in a sentence where something must be installed first."""
    if find_spec("pyspark") is None:
        raise _missing("The distributed engine is not installed here.")
    if not is_connect(master) and not _has_java():
        raise _missing("Spark needs Java 17 or later, and there is no Java here.")


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return (Path(home) / "bin" / "java").is_file() if home else shutil.which("java") is not None


def _missing(sentence: str) -> Refused:
    hint = "Run pip install -r requirements-spark.txt, and install Java 17 (openjdk-17-jre-headless)."
    return refuse("no_spark", sentence, hint=hint)
