"""Reading a specification field by field, collecting everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analytics.core.formula import Formula, parse
from surveys.core.codebook import Scalar
from surveys.core.plain_yaml import read_plain
from surveys.core.problems import Problem, Refused, near_misses, refuse
from surveys.core.said import say


def read_yaml(text: str, where: str = "specification") -> dict[str, Any]:
    """A mapping written as YAML (or JSON); Refused with the line of what cannot be read."""
    data = read_plain(text, where)
    if data is None:
        hint = "Write “field: value” lines."
        raise refuse("bad_yaml", "Nothing is written here.", where=where, hint=hint)
    if not isinstance(data, dict):
        message = say("A list stands where “field: value” lines are needed.")
        if not isinstance(data, list):
            message = say("A single text stands where “field: value” lines are needed.")
        raise refuse("bad_yaml", message, where=where)
    return {str(key): value for key, value in data.items()}


class Fields:
    """The fields of one mapping: each is asked for once; what nobody asked for is a problem."""

    def __init__(
        self, data: Mapping[str, Any], where: str = "", problems: list[Problem] | None = None
    ) -> None:
        self.data, self.where = data, where
        self.problems: list[Problem] = [] if problems is None else problems
        self.asked: list[str] = []

    def place(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def wrong(self, name: str, message: str, code: str = "bad_field", **more: Any) -> None:
        self.problems.append(Problem(code, message, where=self.place(name), **more))

    def take(self, name: str) -> Any:
        """The raw value; None when it is not given."""
        self.asked.append(name)
        return self.data.get(name)

    def text(self, name: str, default: str = "", *, required: bool = False) -> str:
        value = self.take(name)
        if value is None:
            if required:
                self.wrong(name, say("“{name}” is missing.", name=name), code="missing_field")
            return default
        if not isinstance(value, str | int) or isinstance(value, bool):
            self.wrong(name, say("“{name}” must be a text.", name=name))
            return default
        return str(value)

    def choice(self, name: str, options: Iterable[str], default: str) -> str:
        value, known = self.text(name, default), tuple(options)
        if value not in known:
            near = near_misses(value, known)
            self.wrong(
                name,
                say("“{value}” is not a {name}.", value=value, name=name),
                near=near,
                hint=say("Choose {known}.", known=known),
            )
            return default
        return value

    def yes_or_no(self, name: str) -> bool:
        """``true`` or ``false``; false when it is not given."""
        value = self.take(name)
        if value is not None and not isinstance(value, bool):
            self.wrong(name, say("“{name}” must be true or false.", name=name))
        return value is True

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self.take(name)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.wrong(
                name,
                say("“{name}” must be a whole number from {low} to {high}.", name=name, low=low, high=high),
            )
            return default
        return value

    def scalar(self, name: str) -> Scalar | None:
        value = self.take(name)
        if isinstance(value, bool):
            self.wrong(
                name, "YAML reads yes and no as true and false.", hint='Put the label in quotes: "yes".'
            )
            return None
        if value is not None and not isinstance(value, int | float | str):
            self.wrong(name, say("“{name}” must be one value.", name=name))
            return None
        return value

    def names(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of names of variables; one name may stand alone."""
        value = self.take(name)
        if value is None:
            if required:
                self.wrong(name, say("“{name}” is missing.", name=name), code="missing_field")
            return ()
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            self.wrong(name, say("“{name}” must be a list of names.", name=name))
            return ()
        return tuple(dict.fromkeys(listed))

    def formula(self, name: str, *, required: bool = False, outcome: bool = False) -> Formula | None:
        """A parsed formula; ``outcome`` says that it must have one."""
        text = self.text(name, required=required)
        if not text:
            return None
        try:
            found = parse(text)
        except Refused as refused:
            self.problems += [_at(problem, self.place(name)) for problem in refused.problems]
            return None
        if outcome and found.outcome is None:
            self.wrong(name, "The formula has no outcome.", hint="Write outcome ~ a + b.")
            return None
        return found

    def mapping(self, name: str) -> dict[str, Any]:
        value = self.take(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(name, say("“{name}” must be a list of “name: value” lines.", name=name))
            return {}
        return {str(key): item for key, item in value.items()}

    def where_rows(self) -> dict[str, tuple[Scalar, ...]]:
        """``where: {employment: [1, 2]}``: the rows that hold one of the codes named."""
        chosen = {}
        for name, value in self.mapping("where").items():
            codes = value if isinstance(value, list) else [value]
            if not codes or any(not isinstance(c, int | float | str) or isinstance(c, bool) for c in codes):
                self.wrong("where", say("“{name}” needs a list of codes.", name=name))
            else:
                chosen[name] = tuple(codes)
        return chosen

    def finish(self) -> None:
        """Every field that nobody asked for is a problem with near misses."""
        for name in self.data:
            if name not in self.asked:
                near = near_misses(name, self.asked)
                self.wrong(
                    name, say("“{name}” is not a field here.", name=name), code="unknown_field", near=near
                )


def _at(problem: Problem, where: str) -> Problem:
    return Problem(problem.code, problem.message, where, problem.hint, problem.near, problem.position)
