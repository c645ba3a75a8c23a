"""A script in R that computes the main figures of a run again from the CSV of its bundle.

Logits and linear models by base R, multilevel models by lme4; tables by base R, survey and psych.  What is
asked for and cannot be said in R is told by the script, never left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analytics.core.bundle import layout
from analytics.core.bundle.r_names import Names, in_quotes
from analytics.core.bundle.r_tables import WRITTEN, Tables
from analytics.core.formula import Formula, Log, Variable, leaf, parse
from analytics.core.spec import MOST_NODES, MULTILEVEL
from surveys.core.codebook import Scalar, ValueType
from surveys.core.codebook import Variable as Described

BESIDE = ("slopes", "predict")  # computed after the fit; the script has the coefficients they follow from
FIELDS = frozenset(
    ("kind", "name", "label", "from", "column", "formula", "groups", "random", "method", "outcome_value",
     "where", "targets", *BESIDE)
)  # fmt: skip
METHODS: Mapping[str, Sequence[str | int]] = {
    "likelihood": ("ml", "reml"),
    "df": ("containment", "satterthwaite"),  # moves p values and intervals, which are not compared
    "approximation": ("laplace", "quadrature"),
    "nodes": range(1, MOST_NODES + 1),
}
MODELS = ("linear", "logit", *MULTILEVEL)

WIDE = 90
HERE = Path(__file__).parent


def r_script(spec: Mapping[str, Any], result: Mapping[str, Any], described: Mapping[str, Described]) -> str:
    """The script for a run's specification and result, as they are stored, over the columns ``described``."""
    models = result.get("models") or []
    script = _Script(spec, described)
    own = script.models(models) if models else Tables(spec, result, script.names).lines()
    body = "\n".join([*script.reading(), *own, ""])
    head, tables, tail = (
        (HERE / f"replicate_{part}.R").read_text(encoding="utf-8") for part in ("head", "tables", "tail")
    )
    return head + (tables if not models and spec.get("kind") in WRITTEN else "") + body + tail


class _Script:
    def __init__(self, spec: Mapping[str, Any], described: Mapping[str, Described]) -> None:
        self.spec, self.described = spec, described
        self.names = Names(described)

    def reading(self) -> Iterator[str]:
        """The data, whose columns are renamed by their places where R cannot write their names."""
        classes = _folded(", ".join(_class(one) for one in self.described.values()), ", ")
        yield f'all_rows <- read.csv({in_quotes(layout.DATA)}, check.names = FALSE, na.strings = "",'
        yield f'                     encoding = "UTF-8", colClasses = c({classes}))'
        for place, name, alias in self.names.renamed:
            yield f"names(all_rows)[{place}] <- {in_quotes(alias)}  # {_comment(name)}"

    def models(self, models: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        given = {one["name"]: one for one in self.spec.get("models", ())}
        specs = {one["name"]: given.get(one["name"], self.spec) for one in models}
        each = self.spec.get("sample", "common") == "each"
        formulas = {one["name"]: parse(one["formula"]) for one in models}
        slopes = {one["name"]: parse(one["random"]) for one in models if one.get("random")}
        if not each:
            yield from self._rows(list(specs.values()), [*formulas.values(), *slopes.values()])
        for one in models:
            name = one["name"]
            if each:
                own = [slopes[name]] if name in slopes else []
                yield from self._rows([specs[name]], [formulas[name], *own])
            yield from self._model(one, specs[name], formulas[name], slopes.get(name))

    def _rows(self, specs: Sequence[Mapping[str, Any]], formulas: Sequence[Formula]) -> Iterator[str]:
        """The rows that a model uses: those of “where”, complete in what it reads, logs defined."""
        yield ""
        yield "d <- all_rows"
        where = {name: codes for spec in specs for name, codes in spec.get("where", {}).items()}
        yield from self._where(where)
        read = [name for one in formulas for name in one.variables]
        read += [spec["groups"] for spec in specs if spec.get("groups")]
        columns = dict.fromkeys(name for name in read if name not in where)
        if columns:
            listed = ", ".join(in_quotes(self.names.alias(name)) for name in columns)
            yield f"d <- d[complete.cases(d[, c({listed}), drop = FALSE]), ]"
        logs = (self._logged(atom) for one in formulas for atom in one.atoms)
        for alias in dict.fromkeys(alias for alias in logs if alias):
            yield f"d <- d[d${alias} > 0, ]"

    def _where(self, where: Mapping[str, Sequence[Scalar]]) -> Iterator[str]:
        for name, codes in where.items():
            listed = ", ".join(in_quotes(self.names.code(name, code)) for code in codes)
            yield f"d <- d[text(d${self.names.alias(name)}) %in% c({listed}), ]"

    def _logged(self, atom: Any) -> str:
        while not isinstance(atom, Variable) and hasattr(atom, "of"):
            if isinstance(atom, Log):
                return self.names.alias(atom.of.name)
            atom = atom.of
        return ""

    def _model(
        self, model: Mapping[str, Any], spec: Mapping[str, Any], formula: Formula, random: Formula | None
    ) -> Iterator[str]:
        name, kind = model["name"], model["kind"]
        yield ""
        yield f"# {_comment(model['label'])}: {kind}"
        if unknown := _unknown(kind, spec) or self._of_categories(random):
            yield f"message({in_quotes(f'{name} is not computed in R: {unknown}.')})"
            return
        if not model["result"]["converged"]:
            yield f"message({in_quotes(f'{name} gave no numbers; see result.json.')})"
            return
        for factor, levels in self.names.levels(formula, model["columns"]).items():
            alias, listed = self.names.alias(factor.name), ", ".join(map(in_quotes, levels))
            yield f"d${self.names.coded(factor)} <- coded(d${alias}, c({listed}))"
        outcome = self._outcome(formula, spec, kind)
        yield from outcome[1:]
        more = ""
        if kind in MULTILEVEL:
            more = self.names.slopes(random, spec["groups"])
            yield f"groups <- d${self.names.alias(spec['groups'])}"
        yield from _fit(name, kind, spec, _folded(self.names.formula(formula, outcome[0], more)))

    def _of_categories(self, random: Formula | None) -> str:
        """Slopes of categories are coded by R in ways of its own."""
        atoms = [atom for term in random.terms for atom in term.atoms] if random else []
        return "it has random slopes of categories" if any(map(self.names.is_factor, atoms)) else ""

    def _outcome(self, formula: Formula, spec: Mapping[str, Any], kind: str) -> list[str]:
        """The left side, and lines before it where it is one value of a pair."""
        assert formula.outcome is not None
        value = spec.get("outcome_value")
        if value is None:
            return [self.names.atom(formula.outcome)]
        name = leaf(formula.outcome).name
        code = in_quotes(self.names.code(name, value))
        return ["outcome", f"d$outcome <- as.numeric(text(d${self.names.alias(name)}) == {code})"]


def _fit(name: str, kind: str, spec: Mapping[str, Any], written: str) -> Iterator[str]:
    """The fit of the formula ``written``, and its figures."""
    for field in BESIDE:
        if spec.get(field):
            yield f"# {field}: not computed here; they follow from the coefficients below"
    method = spec.get("method", {})
    is_reml, nodes = method.get("likelihood", "reml") == "reml", method.get("nodes", 1)
    call = {
        "linear": [f"lm({written}, data = d)"],
        "logit": [
            f"glm({written}, data = d, family = binomial,",
            "           control = glm.control(epsilon = 1e-14, maxit = 100))",
        ],
        "multilevel_linear": [
            f"lme4::lmer({written}, data = d,",
            f"                  REML = {'TRUE' if is_reml else 'FALSE'},",
            '                  control = lme4::lmerControl(optimizer = "bobyqa",',
            "                                              optCtrl = list(rhoend = 1e-10)))",
        ],
        "multilevel_logit": [
            f"lme4::glmer({written}, data = d, family = binomial, nAGQ = {nodes},",
            '                   control = lme4::glmerControl(optimizer = "bobyqa", tolPwrss = 1e-10,',
            "                                                optCtrl = list(maxfun = 1e6)))",
        ],
    }[kind]
    yield "fit <- " + "\n".join(call)
    estimates = "lme4::fixef(fit)" if kind in MULTILEVEL else "coef(fit)"
    yield f"tell_model({in_quotes(name)}, fit, {estimates})"
    if kind in MULTILEVEL:
        yield f"tell_variances({in_quotes(name)}, fit)"


def _unknown(kind: str, spec: Mapping[str, Any]) -> str:
    """What of a model the script has no words for."""
    if kind not in MODELS:
        return f"it is of kind {kind}"
    own = set(spec) - FIELDS if "models" not in spec else set()
    method = spec.get("method", {})
    own |= {name for name, value in method.items() if value not in METHODS.get(name, ())}
    return f"it has {', '.join(sorted(own))}" if own else ""


def _folded(text: str, at: str = " + ") -> str:
    """A long line broken where it may be, so that people can read it."""
    lines, line = [], ""
    for part in text.split(at):
        if line and len(line) + len(part) > WIDE:
            lines.append(line + at.rstrip())
            line = part
        else:
            line = f"{line}{at}{part}" if line else part
    return "\n    ".join([*lines, line])


def _class(variable: Described) -> str:
    return '"numeric"' if variable.type.is_number or variable.type is ValueType.TIME else '"character"'


def _comment(text: str) -> str:
    return " ".join(text.split())
