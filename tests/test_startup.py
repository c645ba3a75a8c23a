"""What takes long to import, or must not cross a fork, is loaded by the work that needs it."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("duckdb", "pyarrow", "pyreadstat", "polars_readstat", "scipy", "sklearn", "statsmodels")
SITE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from django.contrib import admin
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[1:])))
"""


def test_the_site_starts_without_the_libraries_that_compute() -> None:
    done = subprocess.run([sys.executable, "-c", SITE, *HEAVY], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
