"""The forms of functions that look at other rows or at a table: lookup, and what is fitted on the sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from measures.core.language import nodes as said
from measures.core.language.function_types import Function
from measures.core.language.functions_of_samples import MOST_BANDS
from measures.core.language.ground import Form
from measures.core.language.tree import Apply, Column, Lookup, Type, Typed
from surveys.core.problems import near_misses
from surveys.core.said import say

if TYPE_CHECKING:
    from measures.core.language.checking import Checker

_LARGEST_GROUP = 1_000_000


def _lookup(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    keywords = checker.keywords(node, ("key",))
    if not checker.arity(node, function, len(node.arguments)):
        return None
    path = node.arguments[0]
    if "key" not in keywords:
        checker.needs(node, "key")
        return None
    key = checker.value(keywords["key"])
    if not isinstance(path, said.Path):
        checker.problem("misplaced", "lookup reads a column of a context table: table.column.", path)
        return None
    table = checker.scope.contexts.get(path.table)
    if table is None:
        near = near_misses(path.table, checker.scope.contexts)
        checker.problem(
            "unknown_table",
            say("There is no context table called {table}.", table=path.table),
            path,
            hint=say("There are {tables}.", tables=tuple(contexts))
            if (contexts := checker.scope.contexts)
            else "",
            near=near,
        )
        return None
    if path.column not in table.columns[1:]:
        near = near_misses(path.column, table.columns[1:])
        checker.problem(
            "unknown_column",
            say("{table} has no column called {column}.", table=path.table, column=path.column),
            path,
            hint=say("Its columns are {columns}.", columns=table.columns[1:]) if table.columns[1:] else "",
            near=near,
        )
        return None
    if key is None or not _key_fits(checker, path, key, node):
        return None
    values = [row[table.columns.index(path.column)] for row in table.rows]
    whole = all(value is None or isinstance(value, int) for value in values)
    kind = Type.TEXT if table.is_text(path.column) else Type.INTEGER if whole else Type.DECIMAL
    return Lookup(kind, path.table, path.column, key)


def _key_fits(checker: Checker, path: said.Path, key: Typed, node: said.Call) -> bool:
    table = checker.scope.contexts[path.table]
    keys = [row[0] for row in table.rows]
    if len(set(keys)) < len(keys):
        checker.problem("repeated_key", say("{table} holds a key twice.", table=path.table), node)
        return False
    if key.type in (Type.DATE, Type.DATETIME):
        message = "A date is no key of a context table; its keys are numbers or texts."
        checker.problem("date_as_key", message, node, hint="Use a part of it, as in key=year(date).")
        return False
    if (key.type is Type.TEXT) != table.is_text(table.columns[0]):
        message = say(
            "The keys of {table} are text, and the key given holds numbers."
            if table.is_text(table.columns[0])
            else "The keys of {table} are numbers, and the key given holds text.",
            table=path.table,
        )
        checker.problem("text_against_number", message, node)
        return False
    return True


def _group(checker: Checker, node: said.Call, keyword: str, given: said.Node) -> Column | None:
    """The item or measure that parts the rows into groups."""
    by = checker.value(given)
    if by is None:
        return None
    if not isinstance(by, Column):
        checker.problem("not_an_item", say("{name}= names an item or a measure.", name=keyword), given)
        return None
    if by.type in (Type.DATE, Type.DATETIME):
        message = say("{name} holds dates; groups are made by codes, numbers or texts.", name=by.name)
        hint = say("Make a measure of it, as in year({name}), and group by that.", name=by.name)
        checker.problem("date_as_key", message, given, hint=hint)
        return None
    return by


def _grouped(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    keywords = checker.keywords(node, ("by", "at_least"))
    if not checker.arity(node, function, len(node.arguments)):
        return None
    take = checker.condition if node.function == "group_share" else checker.number
    operand, least = take(node.arguments[0]), 1
    if "at_least" in keywords:
        least = checker.whole(keywords["at_least"], "at_least", 1, _LARGEST_GROUP) or 1
    if "by" not in keywords:
        checker.needs(node, "by")
        return None
    by = _group(checker, node, "by", keywords["by"])
    if operand is None or by is None:
        return None
    settings = (("at_least", least),) if least > 1 else ()  # one valid row is needed anyway
    return Apply(Type.DECIMAL, node.function, (operand, by), settings)


def _ranked(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    """standardise and percentile_rank: of rows, or of groups that count once each."""
    keywords = checker.keywords(node, ("among",))
    if not checker.arity(node, function, len(node.arguments)):
        return None
    parts: list[Typed | None] = [checker.number(node.arguments[0])]
    if "among" in keywords:
        parts.append(_group(checker, node, "among", keywords["among"]))
    found = tuple(part for part in parts if part is not None)
    return Apply(Type.DECIMAL, node.function, found) if len(found) == len(parts) else None


def _quantile_band(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    checker.keywords(node, ())
    if not checker.arity(node, function, len(node.arguments)):
        return None
    operand = checker.number(node.arguments[0])
    bands = checker.whole(node.arguments[1], say("The number of bands"), 2, MOST_BANDS)
    if operand is None or bands is None:
        return None
    return Apply(Type.INTEGER, "quantile_band", (operand,), (("bands", bands),))


OF_SAMPLES: Mapping[str, Form] = {
    "lookup": _lookup,
    "standardise": _ranked,
    "percentile_rank": _ranked,
    "quantile_band": _quantile_band,
    "group_mean": _grouped,
    "group_share": _grouped,
}
