"""The walls of the house: pure cores, one direction of imports, one door for writes."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("surveys", "measures", "analytics")


@pytest.mark.parametrize("room", ROOMS)
def test_a_core_loads_no_django(room: str) -> None:
    code = (
        f"import pkgutil, importlib, sys, {room}.core as core\n"
        f"found = pkgutil.walk_packages(core.__path__, '{room}.core.')\n"
        "names = [m.name for m in found if '.child' not in m.name]\n"
        "[importlib.import_module(name) for name in names]\n"
        "assert not [m for m in sys.modules if m.split('.')[0] in ('django', 'rest_framework', 'celery')]\n"
        "assert names\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def _python_files() -> list[Path]:
    return [
        path
        for room in (*ROOMS, "config", "studies")
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts
    ]


def test_nothing_evaluates_text_as_code() -> None:
    forbidden = {"eval", "exec", "compile", "__import__"}
    found = []
    for path in _python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in forbidden:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
            if isinstance(node, ast.Import) and any(
                a.name in ("pickle", "marshal", "shelve") for a in node.names
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_only_services_write() -> None:
    """Views, API, admin, commands and selectors call services; none of them saves a row itself."""
    writes = {"create", "bulk_create", "get_or_create", "update_or_create", "delete", "save", "update"}
    doors = {"views.py", "api.py", "admin.py", "selectors.py", "serializers.py", "forms.py"}
    found = []
    for path in _python_files():
        if path.name not in doors and "commands" not in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = ast.unparse(node.func.value)
            if node.func.attr in writes and (
                ".objects" in owner or owner.endswith(("version", "study", "job"))
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {owner}.{node.func.attr}")
    assert found == []
