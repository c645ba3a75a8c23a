"""A rule in words."""

from __future__ import annotations

from collections.abc import Sequence

from measures.core.language.labels import label_of
from measures.core.language.phrases import close_up, speaks_chinese, words
from measures.core.language.scope import Scope
from measures.core.language.tree import (
    Absent,
    Apply,
    Case,
    Checked,
    Column,
    Constant,
    IsMissing,
    Lookup,
    Member,
    Recode,
    Test,
    Type,
    Typed,
)
from surveys.core.absence import LABELS
from surveys.core.codebook import Scalar, Variable, text_in

_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_SETS = (
    *("any_of", "all_of", "count_of", "share_of", "sum_of", "mean_of", "min", "max", "first_answered"),
    *("diversity", "deprivation", "weighted_mean", "rank_weight"),
)


def sentence(checked: Checked, language: str = "en") -> str:
    """The rule as one sentence in English ("en") or Chinese ("zh"; also "zh-hans")."""
    teller = _Teller(checked.scope, language)
    root = checked.root
    told = teller.tell(root)
    if root.type is Type.CONDITION:
        told = teller.say("root_condition", told)
    if speaks_chinese(language):
        return close_up(told + teller.words["period"])
    begins_with_name = told.startswith((*checked.items, *checked.measures, teller.words["exp"].format("")))
    return (told if begins_with_name else told[:1].upper() + told[1:]) + teller.words["period"]


def phrase(node: Typed, scope: Scope, language: str = "en") -> str:
    """A part of a rule in words."""
    told = _Teller(scope, language).tell(node)
    return close_up(told) if speaks_chinese(language) else told


def reason_in_words(reason: str, language: str) -> str:
    """An absence's name; reasons of a study's own stand as they are."""
    return text_in(LABELS.get(reason, {}), language) or reason


class _Teller:
    def __init__(self, scope: Scope, language: str) -> None:
        self.scope = scope
        self.language = language
        self.words = words(language)

    def say(self, key: str, *parts: str, items: str = "") -> str:
        return self.words[key].format(*parts, items=items)

    def listed(self, parts: Sequence[str]) -> str:
        if len(parts) < 2:
            return "".join(parts)
        return self.words["comma"].join(parts[:-1]) + self.words["and"] + parts[-1]

    def tell(self, node: Typed) -> str:
        """A phrase for any part of a rule."""
        match node:
            case Column(name=name):
                variable = self.scope.variable(name)
                label = text_in(variable.labels, self.language) if variable else ""
                return self.say("quote", label) if label else name
            case Constant(value=value):
                return _plain(value)
            case Absent(reason=reason):
                return self.say("absence", reason_in_words(reason, self.language))
            case Member(operand=operand, test=test):
                return self.say("in", self.tell(operand), self.test(test, operand))
            case IsMissing():
                return self._is_missing(node)
            case Lookup(table=table, column=column, key=key):
                return self.say("lookup", table, column, self.tell(key))
            case Recode():
                return self._recode(node)
            case Case():
                return self._case(node)
            case Apply():
                return self._apply(node)
        raise TypeError(type(node).__name__)

    def test(self, test: Test, operand: Typed) -> str:
        """The values, ranges and absences of a key."""
        parts = [self.code(value, operand) for value in test.values]
        for low, high in test.ranges:
            if low is not None and high is not None:
                parts.append(self.say("range", _plain(low), _plain(high)))
            elif low is not None:
                parts.append(self.say("range_up", _plain(low)))
            elif high is not None:
                parts.append(self.say("range_down", _plain(high)))
        parts += [self.say("absence", reason_in_words(reason, self.language)) for reason in test.reasons]
        return self.listed(parts)

    def code(self, value: Scalar, operand: Typed) -> str:
        """A value with its label."""
        variable: Variable | None = None
        if isinstance(operand, Column):
            variable = self.scope.variable(operand.name)
        label = label_of(variable, value, self.language) if variable else ""
        return self.say("code", _plain(value), label) if label else _plain(value)

    def _apply(self, node: Apply) -> str:
        name, parts = node.function, node.arguments
        if name in _COMPARISONS:
            return self._comparison(node)
        if name in ("and", "or"):
            return self.say("both" if name == "and" else "either", *(self._inner(part) for part in parts))
        if name == "not":
            return self._not(parts[0])
        if name in ("+", "-", "*", "/"):
            return self.say(name, *(self._inner(part) for part in parts))
        if name in _SETS:
            return self._of_set(node)
        if name == "truth":
            return self.say("==", self.tell(parts[0]), self.code(1, parts[0]))
        return self._function(node)

    def _function(self, node: Apply) -> str:
        name, told = node.function, [self._inner(part) for part in node.arguments]
        if name == "factor_score":
            return self._enough(node, self._factor(node, self.listed(told)))
        if name == "band":
            return self.say(name, told[0], self.listed(told[1:]))
        if name == "round":
            digits = node.setting("digits")
            return self.say("round", told[0], str(digits)) if digits else self.say("round_whole", told[0])
        if name == "reverse":
            return self.say(name, told[0], _plain(node.setting("low")), _plain(node.setting("high")))
        if name in ("starts_with", "contains"):
            sought = self.listed(told[1:])
            return self.say(name, told[0], self.say("one_of", sought) if len(told) > 2 else sought)
        if name == "part_of":
            start, length = int(node.setting("start")), int(node.setting("length"))
            return self.say(name, told[0], str(start), str(start + length - 1))
        return self._of_sample(node, told)

    def _factor(self, node: Apply, items: str) -> str:
        said = dict(node.settings)
        factors, factor = (str(said.get(name, 1)) for name in ("factors", "factor"))
        word, scores = str(said["method"]), self.words[str(said["scores"])]
        method = self.words[word if factors == "1" else f"{word}_several"]
        if said.get("basis"):
            method = self.say(str(said["basis"]), method)
        if factors == "1":
            return self.say("factor_score", items, method, scores)
        rotation = self.words[f"rotation_{said.get('rotation', 'none')}"]
        return self.say("factor_of_several", items, method, scores, rotation, factor, factors)

    def _of_sample(self, node: Apply, told: list[str]) -> str:
        name = node.function
        if name in ("group_mean", "group_share") and node.settings:
            return self.say("group_least", self.say(name, *told), str(node.setting("at_least")))
        if name in ("standardise", "percentile_rank"):
            return self.say(name if len(told) == 1 else f"{name}_among", *told)
        if name == "quantile_band":
            return self.say(name, told[0], str(node.setting("bands")))
        return self.say(name, *told)

    def _comparison(self, node: Apply) -> str:
        left, right = node.arguments
        if isinstance(right, Constant):
            return self.say(node.function, self.tell(left), self.code(right.value, left))
        if isinstance(left, Constant):
            turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(node.function, node.function)
            return self.say(turned, self.tell(right), self.code(left.value, right))
        return self.say(node.function, self.tell(left), self.tell(right))

    def _not(self, part: Typed) -> str:
        if isinstance(part, Member):
            return self.say("not_in", self.tell(part.operand), self.test(part.test, part.operand))
        return self.say("not", self._inner(part))

    def _of_set(self, node: Apply) -> str:
        parts = []
        for part in node.arguments:
            is_flag = isinstance(part, Apply) and part.function == "truth"
            parts.append(
                self.tell(part.arguments[0]) if is_flag and isinstance(part, Apply) else self.tell(part)
            )
        if node.weights:
            pairs = zip(parts, node.weights, strict=True)
            parts = [self.say("weighted", part, _plain(weight)) for part, weight in pairs]
        cutoff = str(dict(node.settings).get("cutoff", ""))
        return self._enough(node, self.say(node.function, cutoff, items=self.listed(parts)))

    def _enough(self, node: Apply, told: str) -> str:
        least = dict(node.settings).get("at_least", len(node.arguments))
        return told if least == len(node.arguments) else self.say("at_least", told, str(least))

    def _inner(self, part: Typed) -> str:
        """A part inside an operator, in brackets when it is itself made of parts."""
        is_compound = isinstance(part, Case | Recode) or (
            isinstance(part, Apply) and part.function in ("+", "-", "*", "/", "and", "or", "negate")
        )
        return self.say("group", self.tell(part)) if is_compound else self.tell(part)

    def _is_missing(self, node: IsMissing) -> str:
        if not node.reasons:
            return self.say("missing_any", self.tell(node.operand))
        reasons = self.listed([reason_in_words(reason, self.language) for reason in node.reasons])
        return self.say("missing_for", self.tell(node.operand), reasons)

    def _recode(self, node: Recode) -> str:
        branches = [
            self.say("branch", self.test(test, node.operand), self.tell(value))
            for test, value in node.branches
        ]
        if node.other is not None:
            branches.append(self.say("other", self.tell(node.other)))
        return self.say("recode", self.tell(node.operand), self.words["semicolon"].join(branches))

    def _case(self, node: Case) -> str:
        parts = [
            self.say("when", self.tell(condition), self.tell(value)) for condition, value in node.branches
        ]
        if node.otherwise is not None:
            parts.append(self.say("otherwise", self.tell(node.otherwise)))
        return self.words["semicolon"].join(parts)


def _plain(value: Scalar) -> str:
    if isinstance(value, str):
        return f"“{value}”"
    return f"{value:g}" if abs(value) < 1e6 and float(value) == float(f"{value:g}") else repr(value)
