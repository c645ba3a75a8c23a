"""Text written as YAML (or JSON) by a person, read strictly; what cannot be read is told in our own words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import yaml

from surveys.core.problems import Refused, refuse
from surveys.core.said import say, sentence
from surveys.core.storable import unstorable

MOST_CHARACTERS = 65_536  # a page somebody wrote, not a file of data

_WORDS = (  # (words in the reader's own problem or its context, what they mean)
    ("flow sequence", say("A square bracket is opened and not closed, or a comma is wanting.")),
    ("flow mapping", say("A curly bracket is opened and not closed, or a comma is wanting.")),
    ("flow node", say("Something is opened here and not closed, or a value is wanting.")),
    ("quoted scalar", say("A text in quotes is not closed.")),
    ("constructor for the tag", say("Tags (!name) are not read.")),
    ("found character '\\t'", say("A tab stands where YAML needs spaces.")),
    ("mapping values are not allowed", say("A colon stands inside a text without quotes.")),
    ("could not find expected ':'", say("A line has no colon after its name.")),
    ("expected <block end>", say("A line is indented otherwise than its neighbours.")),
    ("unhashable key", say("A name must be one word or number.")),
    ("cannot start any token", say("A text that begins with such a mark needs quotes.")),
    ("single document", say("A line of three dashes begins a second text; only one is read.")),
)
_HINT = "Check indentation, and quote texts that hold a colon."


class _StrictLoader(yaml.SafeLoader):
    """Plain YAML without aliases (they can blow up) and without keys given twice (one would be lost)."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            where = _place(self.peek_event().start_mark)  # type: ignore[no-untyped-call]
            raise refuse(
                "bad_yaml", "Aliases (*name) are not read.", where=where, hint="Write the block out again."
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                where = _place(node.start_mark)
                raise refuse("bad_yaml", say("“{key}” is given twice.", key=key), where=where)
        return super().construct_mapping(node, deep)


def read_plain(text: str, where: str = "") -> Any:
    """What ``text`` says in plain types, None for an empty text; Refused with the line of what is wrong."""
    if len(text) > MOST_CHARACTERS:
        message = say("At most {most:,} characters are read here.", most=MOST_CHARACTERS)
        raise refuse("bad_yaml", message, where=where)
    try:
        read = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a subclass of SafeLoader
        if message := unstorable(read):
            raise refuse("bad_yaml", message)
        return read
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        if error.context_mark and "flow" in str(error.context):
            mark = error.context_mark  # where the bracket is opened
        raise refuse("bad_yaml", _meaning(error), where=_at(where, _place(mark)), hint=_HINT) from None
    except Refused as refused:
        raise Refused(replace(one, where=_at(where, one.where)) for one in refused.problems) from None
    except RecursionError:
        raise refuse("bad_yaml", "It is nested too deep.", where=where) from None
    except (yaml.YAMLError, ValueError):
        raise refuse("bad_yaml", "It is not YAML.", where=where) from None


def _at(where: str, line: str) -> str:
    return say("{where}, {line}", where=sentence(where), line=line) if where and line else where or line


def _place(mark: Any) -> str:
    return say("line {line}, character {place}", line=mark.line + 1, place=mark.column + 1) if mark else ""


def _meaning(error: yaml.MarkedYAMLError) -> str:
    own = f"{error.context} {error.problem}"
    return next((meaning for words, meaning in _WORDS if words in own), say("It is not YAML."))
