"""The language of rules: parse, check, say in words, identify.

    checked = check(parse('recode(q_sex, {"male": 1, "female": 0})'), scope)
    sentence(checked, "zh"); fingerprint(checked)

``parse`` and ``check`` raise :class:`surveys.core.problems.Refused` with every mistake and its position.
What needs an engine stands beside it: ``measures.core.coverage`` and ``measures.core.examples``.
"""

from measures.core.language.checking import check
from measures.core.language.code_maps import map_problem
from measures.core.language.fingerprints import fingerprint
from measures.core.language.functions import FUNCTIONS, Function
from measures.core.language.nodes import Node
from measures.core.language.parsing import parse
from measures.core.language.scope import CodeMap, ContextTable, Scope, harmonised
from measures.core.language.sentences import sentence
from measures.core.language.tree import Checked, Type

__all__ = [
    "FUNCTIONS",
    "Checked",
    "CodeMap",
    "ContextTable",
    "Function",
    "Node",
    "Scope",
    "Type",
    "check",
    "fingerprint",
    "harmonised",
    "map_problem",
    "parse",
    "sentence",
]
