"""What every test may lean on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public files and reference results; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of shared reference files is not present")
    return SHARED


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """Each test has a store and temporary folder of its own."""
    settings.WAVEBOOK_STORE = (tmp_path / "store").as_uri()
    settings.WAVEBOOK_TMP = tmp_path / "tmp"
    (tmp_path / "tmp").mkdir()
    # real hashers are slow by design
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path
