"""Which engine computes what is kept: the embedded one, or Spark where the settings or a command say so."""

from __future__ import annotations

from django.conf import settings

from measures.core.engine import Engine
from measures.core.masters import DISTRIBUTED
from measures.selectors.keys import ENGINE


def is_distributed(name: str | None = None) -> bool:
    """Whether the engine of this name, or that of the settings, is Spark."""
    return (name or settings.WAVEBOOK_ENGINE) == DISTRIBUTED


def chosen(name: str | None = None, master: str | None = None) -> Engine:
    """The engine of this name at this master; what is not given is as the settings say."""
    if not is_distributed(name):
        return ENGINE
    from measures.core.engine.spark import SparkEngine

    master = master or settings.WAVEBOOK_SPARK_MASTER
    # what Spark lays down meanwhile holds cells, and belongs where ours does
    own = {"spark.local.dir": str(settings.WAVEBOOK_TMP)} if master.startswith("local") else {}
    return SparkEngine(master, own)
