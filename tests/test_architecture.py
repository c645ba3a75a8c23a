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


DOORS = {"views", "api", "admin", "selectors", "serializers", "forms", "commands", "templatetags", "http"}
WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "delete", "save"}
NOT_ROWS = {"self", "super()", "request.session", "form"}  # a template's save block, a form's own save


def _writes_rows(node: ast.AST) -> bool:
    """A call that saves, makes or deletes a row: by its manager, by a query, or by the row itself."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    owner = ast.unparse(node.func.value)
    if node.func.attr == "update":
        return ".objects" in owner or ".filter(" in owner
    return node.func.attr in WRITES and owner not in NOT_ROWS


def _at_a_door(path: Path) -> bool:
    return bool(DOORS & {*path.relative_to(ROOT).with_suffix("").parts})


def test_only_services_write() -> None:
    """Views, API, admin, commands and selectors call services; none of them saves a row itself."""
    doors = [path for path in _python_files() if _at_a_door(path) and "migrations" not in path.parts]
    assert len(doors) > 40
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)[:60]}"  # type: ignore[attr-defined]
        for path in doors
        for node in ast.walk(ast.parse(path.read_text()))
        if _writes_rows(node)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("Study.objects.create(slug='x')", True),
        ("draft.save()", True),
        ("Job.objects.filter(pk=1).update(state='done')", True),
        ("context.update(user=user)", False),
        ("services.save_draft(user)", False),
    ],
)
def test_the_check_for_writes_can_fail(text: str, caught: bool) -> None:
    assert any(_writes_rows(node) for node in ast.walk(ast.parse(text))) is caught
