"""Single files of a study folder: strict YAML, and CSV with its cells as numbers or text."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from analytics.core.fields import Fields, read_yaml
from surveys.core.problems import Problem, Refused
from surveys.core.reading import require_readable

_WHOLE = re.compile(r"-?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)\.\d+")


class Source:
    """A folder being read; every problem of every file is collected here."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def wrong(self, path: Path | str, code: str, message: str, **more: Any) -> None:
        where = str(path.relative_to(self.root)) if isinstance(path, Path) else path
        self.problems.append(Problem(code, message, where=where, **more))

    @contextmanager
    def collecting(self, path: Path) -> Iterator[None]:
        """What is refused inside counts as problems of the file ``path``."""
        try:
            yield
        except Refused as refused:
            place = str(path.relative_to(self.root))
            self.problems += [placed(problem, place) for problem in refused.problems]

    def listed(self, folder: str, pattern: str = "*.yaml") -> Iterator[Path]:
        """The files of a sub-folder by name, whether or not it exists."""
        found = self.root / folder
        if os.path.lexists(found) and not found.is_dir():
            self.wrong(
                found,
                "no_folder",
                "This is not a folder.",
                hint="Take it away, or put a folder in its place.",
            )
            return
        if found.is_dir() and not os.access(found, os.R_OK | os.X_OK):
            self.wrong(found, "not_readable", "The folder may not be read.", hint="Ask whoever owns it.")
            return
        for path in sorted(found.glob(pattern)):
            if path.is_file():
                yield path
            else:
                hint = "Take it away, or put a file in its place."
                self.wrong(path, "no_file", "This is not a file.", hint=hint)

    def fields(self, path: Path) -> Fields | None:
        """The fields of a YAML file; None, and a problem, when it cannot be read."""
        where = str(path.relative_to(self.root))
        text = self._text(path)
        if text is None:
            return None
        try:
            return Fields(read_yaml(text, where), where, self.problems)
        except Refused as refused:
            self.problems += refused.problems
            return None

    def table(self, path: Path) -> list[list[str]] | None:
        """The rows of a CSV file with its header first; rows must be as long as the header."""
        text = self._text(path)
        if text is None:
            return None
        reader = csv.reader(io.StringIO(text, newline=""))  # a cell may hold line breaks
        rows = [(reader.line_num, row) for row in reader if row]
        if len(rows) < 2:
            self.wrong(path, "empty_table", "The table has no rows.")
            return None
        header = rows[0][1]
        ragged = [(line, len(row)) for line, row in rows if len(row) != len(header)]
        for line, cells in ragged:
            message = f"Line {line} has {cells} cells, the header {len(header)}."
            self.wrong(path, "ragged_table", message, hint="Put cells that hold a comma in double quotes.")
        return None if ragged else [row for _, row in rows]

    def inside(self, name: str, where: str) -> Path | None:
        """The file ``name`` of the folder; None, and a problem, when it is elsewhere or not there."""
        try:
            path = (self.root / name).resolve()
        except (OSError, RuntimeError, ValueError):  # a link that ends in itself, a name no file can have
            self.wrong(where, "no_file", f"{name} is a link that leads nowhere, or no name of a file.")
            return None
        if not path.is_relative_to(self.root.resolve()):
            self.wrong(where, "outside_folder", f"{name} lies outside the study's folder.")
            return None
        if not path.is_file():
            self.wrong(
                where, "no_file", f"There is no file {name}.", hint="Paths start at the study's folder."
            )
            return None
        try:
            require_readable(path, name)
        except Refused as refused:
            self.problems += [placed(problem, str(where)) for problem in refused.problems]
            return None
        return path

    def _text(self, path: Path) -> str | None:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                return file.read()
        except FileNotFoundError:
            self.wrong(path, "no_file", "The file is missing.")
        except UnicodeDecodeError:
            self.wrong(path, "wrong_encoding", "The file is not UTF-8.", hint="Save it as UTF-8.")
        except OSError as error:
            self.wrong(path, "not_readable", f"The file may not be read ({error.strerror}).")
        return None


def placed(problem: Problem, place: str) -> Problem:
    """The problem with the file in front of its place."""
    return replace(problem, where=f"{place}: {problem.where}" if problem.where else place)


def cell(text: str, *, as_text: bool = False) -> Any:
    """A CSV cell: empty is None, what reads like a number is one unless ``as_text``."""
    if text == "":
        return None
    if as_text:
        return text
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


class _Dumper(yaml.SafeDumper):
    """Plain YAML in the order given; rules and other texts of several lines as blocks."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _as_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _as_text)


def to_yaml(data: Any) -> str:
    """``data`` as YAML that :func:`analytics.core.fields.read_yaml` reads back."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
