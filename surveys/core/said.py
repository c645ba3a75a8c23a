"""Sentences that remember how they were made, so that a page can say them in its reader's language.

A core writes English.  ``say("{n} rows were declared.", n=12)`` is that English text and nothing else to
whoever compares, hashes, prints or stores it; a page asks it for its template and what was put into it.
The cores know no other language: what translates is handed to :func:`retold`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, reduce
from string import Formatter
from typing import Any

BETWEEN = ", "  # stands between the members of a list; has its translation like any sentence
SAID = "said"  # where a stored document keeps the sources of its sentences


class Said(str):
    """An English sentence with its template and the values in it: texts, sentences, or lists of them."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, values: Mapping[str, Any]) -> Said:
        made = super().__new__(cls, _filled(template, values, BETWEEN))
        made.template, made.values = template, values
        return made

    def __copy__(self) -> Said:
        return self

    def __deepcopy__(self, memo: object) -> Said:
        return self

    def __reduce__(self) -> tuple[type[Said], tuple[str, Mapping[str, Any]]]:
        return Said, (self.template, self.values)


def say(template: str, /, **values: Any) -> str:
    """The sentence of a template as ``str.format`` would make it; lists are set between commas.

    A template is written out where it is said (the catalogue is gathered from there); numbers are formatted
    by it, as in ``{n:,}``.  What is a sentence already stays as it is.
    """
    if isinstance(template, Said):
        return template
    fields = [(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name is not None]
    return Said(template, {name: _given(values[name], spec) for name, spec in fields})


def say_n(n: int, one: str, many: str, /, **values: Any) -> str:
    """The sentence for ``n`` things: ``one`` is the template for a single one, ``many`` for all else."""
    return say(one if n == 1 else many, **values)


def how_many(n: int, noun: str) -> str:
    """``1 row``, ``15,997 rows``: for logs and commands, which speak English."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def sentence(text: str) -> str:
    """A text that was written out whole as a sentence without values; a sentence stays as it is."""
    return text if isinstance(text, Said) else Said(text.replace("{", "{{").replace("}", "}}"), {})


def both(first: str, second: str) -> str:
    """Two sentences, one after the other."""
    if not (first and second):
        return first or second
    return say("{first} {second}", first=sentence(first), second=sentence(second))


def in_a_row(names: Iterable[Any]) -> str:
    """``a, b and c``."""
    *others, last = names
    return say("{names} and {last}", names=others, last=last) if others else str(last)


def alternatives(names: Iterable[str]) -> str:
    """``a or b or c``."""
    return reduce(lambda one, other: say("{one} or {other}", one=one, other=other), names)


def crossed(names: Iterable[str]) -> str:
    """``a with b``: what one row has at once, apart from lists, whose members stand between commas."""
    return reduce(lambda one, other: say("{one} with {other}", one=one, other=other), names)


def _given(value: Any, spec: str) -> Any:
    if isinstance(value, Said):
        return value
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(_given(one, spec) for one in value)
    return format(value, spec)


def _filled(template: str, values: Mapping[str, Any], between: str) -> str:
    """The template with its values, which are formatted already."""
    return "".join(
        text + ("" if name is None else _joined(values[name], between)) for text, name in _parts(template)
    )


@lru_cache(maxsize=1024)
def _parts(template: str) -> tuple[tuple[str, str | None], ...]:
    """A template's texts, each with the name of the field behind it; a page says few of them many times."""
    return tuple((text, name) for text, name, _, _ in Formatter().parse(template))


def _joined(value: Any, between: str) -> str:
    return between.join(value) if isinstance(value, tuple) else str(value)


def retold(thing: Any, translate: Callable[[str], str]) -> str:
    """A sentence in another language: its template translated, then filled; other texts are left alone."""
    if isinstance(thing, tuple):
        return translate(BETWEEN).join(retold(one, translate) for one in thing)
    if not isinstance(thing, Said):
        return str(thing)
    values = {name: retold(value, translate) for name, value in thing.values.items()}
    return _filled(translate(thing.template), values, "")


def with_sources(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document for the store: where its texts are sentences, their sources stand beside them."""
    sources = {name: _source(text) for name, text in document.items() if isinstance(text, Said)}
    return {**document, SAID: sources} if sources else dict(document)


def without_sources(document: Mapping[str, Any]) -> dict[str, Any]:
    """A stored document as it is shown to programs."""
    return {name: value for name, value in document.items() if name != SAID}


def restored(document: Mapping[str, Any]) -> dict[str, Any]:
    """A stored document with its sentences; a source that does not give the stored text is left alone."""
    found = {name: _from_source(source) for name, source in document.get(SAID, {}).items()}
    kept = {name: text for name, text in found.items() if text == document.get(name)}
    return without_sources(document) | kept


def _source(value: Any) -> Any:
    if isinstance(value, Said):
        return {"template": value.template, "values": {k: _source(v) for k, v in value.values.items()}}
    return [_source(one) for one in value] if isinstance(value, tuple) else value


def _from_source(source: Any) -> Any:
    if isinstance(source, Mapping):
        return Said(source["template"], {k: _from_source(v) for k, v in source["values"].items()})
    return tuple(_from_source(one) for one in source) if isinstance(source, list) else source
