"""The language of rules: parse, check, say in words, prove covered, identify.

    checked = check(parse('recode(q_sex, {"male": 1, "female": 0})'), scope)
    sentence(checked, "zh"); coverage(checked, observed).problems; fingerprint(checked)

``parse`` and ``check`` raise :class:`surveys.core.problems.Refused` with every mistake and its position.
"""

from measures.core.language.checking import check
from measures.core.language.coverage import Coverage, CoverageRow, Observed, coverage
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
    "Coverage",
    "CoverageRow",
    "Function",
    "Node",
    "Observed",
    "Scope",
    "Type",
    "check",
    "coverage",
    "fingerprint",
    "harmonised",
    "parse",
    "sentence",
]
