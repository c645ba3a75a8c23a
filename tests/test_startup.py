"""What takes long to import, or must not cross a fork, is loaded by the work that needs it."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("duckdb", "pyarrow", "pyreadstat", "polars_readstat", "scipy", "sklearn", "statsmodels")
PAGES = ("polars", "unfold.admin", "surveys.admin")
START = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
"""
LOADED = "print(*sorted({*sys.modules} & set(sys.argv[1:])))"
WITH_PAGES = """
from django.urls import get_resolver
get_resolver().url_patterns
from django.contrib.admin import site
assert site._registry
"""
COMPUTED = """
from pathlib import Path
from tempfile import TemporaryDirectory
import measures.selectors
from measures.core.engine import Plan, Rule
from measures.core.language import Scope, check, parse
from measures.selectors.keys import ENGINE
from tests.measures.small_survey import ITEMS, store
with TemporaryDirectory() as folder:
    wave = store(Path(folder) / "wave.parquet", {"age": [30, -1, 50]})
    rule = Rule("rule", check(parse("standardise(age)"), Scope(items=ITEMS)))
    ENGINE.derive(Plan(wave, (rule,)), Path(folder))
"""
READ = """
import numpy as np
from surveys.core.reading.columns import with_nulls
assert with_nulls(np.arange(3), np.array([True, False, True])).to_list() == [0, None, 2]
"""
CHECKED = """
from django.core.checks import Tags, run_checks
run_checks(tags=[Tags.admin])
"""


def _loaded(code: str, *looked_for: str) -> list[str]:
    """Which modules a fresh interpreter has loaded after ``code``."""
    command = [sys.executable, "-c", START + code + LOADED, *looked_for]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_a_command_starts_without_the_pages() -> None:
    assert _loaded("", *HEAVY, *PAGES) == []


def test_the_pages_of_the_admin_are_there_when_they_are_checked() -> None:
    assert "surveys.admin" in _loaded(CHECKED, *PAGES)


def test_the_site_starts_without_the_libraries_that_compute() -> None:
    assert _loaded(WITH_PAGES, *HEAVY) == []


def test_a_measure_is_computed_without_what_only_writes_it_for_others() -> None:
    for_others = ("pandas", "measures.core.tongues", "surveys.core.writing")
    assert _loaded(COMPUTED, "duckdb", *for_others) == ["duckdb"]


def test_columns_with_empty_cells_are_read_without_pandas() -> None:
    assert _loaded(READ, "pyarrow", "pandas") == ["pyarrow"]
