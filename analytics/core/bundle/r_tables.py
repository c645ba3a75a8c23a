"""The part of the script in R that computes tables again: lines that call the functions beside it.

Crosstabs, descriptives, questions with several answers, reliability, factors and correlations; under a design
by the package survey, scales and factors by psych.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analytics.core.bundle.r_names import Names, in_quotes
from analytics.core.frame import level_text

LONELY = {"refuse": "fail", "centre": "adjust", "certainty": "certainty"}
DESIGN = ("weights", "strata", "psu", "fpc")


class Tables:
    """The lines for a table's specification and result, as they are stored."""

    def __init__(self, spec: Mapping[str, Any], result: Mapping[str, Any], names: Names) -> None:
        self.spec, self.result, self.names = spec, result, names
        self.by = str(spec.get("by", ""))

    def lines(self) -> Iterator[str]:
        """The rows, the design, the figures; and what of the table R is not asked for."""
        kind = str(self.spec.get("kind"))
        yield ""
        write = WRITTEN.get(kind)
        if write is None:
            yield _said(f"A result of kind {kind} is not computed in R.")
            return
        yield from self._rows()
        yield from write(self)

    def _rows(self) -> Iterator[str]:
        yield "d <- all_rows"
        named = {part: self.names.alias(self.spec[part]) for part in DESIGN if self.spec.get(part)}
        if named:
            yield f"d <- d[complete.cases(d[, {_listed(named.values())}, drop = FALSE]), ]"
        yield "used <- rep(TRUE, nrow(d))"
        for name, codes in self.spec.get("where", {}).items():
            listed = _listed(self.names.code(name, code) for code in codes)
            yield f"used <- used & text({self._of(name)}) %in% {listed}"
        if "weights" in named:
            yield f"used <- used & d${named['weights']} > 0"
        if named and self.spec["kind"] not in ("reliability", "factor"):
            yield from self._design(named)

    def _design(self, named: Mapping[str, str]) -> Iterator[str]:
        parts = [f"ids = ~{named.get('psu', '1')}"]
        parts += [f"{part} = ~{named[part]}" for part in ("strata", "fpc") if part in named]
        parts.append(f"weights = ~{named['weights']}" if "weights" in named else "weights = rep(1, nrow(d))")
        lonely = LONELY.get(str(self.spec.get("lonely_psu", "refuse")), "fail")
        yield _needed("survey")
        yield f"options(survey.lonely.psu = {in_quotes(lonely)})"
        yield f"design <- survey::svydesign({', '.join(parts)}, nest = TRUE, data = d)"

    def descriptives(self) -> Iterator[str]:
        """Means, SDs, percentages and rows of every line, in each group and in all."""
        if self.spec.get("missing") == "listwise":
            listed = _listed(self.names.alias(name) for name in self.spec["variables"])
            yield f"used <- used & complete.cases(d[, {listed}, drop = FALSE])"
        yield from self._groups(self._codes_of_groups())
        for row in self.result["table"]["rows"]:
            yield from self._described(row)
        if self.by:
            yield _said("Standardised differences are not computed in R.")

    def _described(self, row: Mapping[str, Any]) -> Iterator[str]:
        alias, of = self.names.alias(row["variable"]), self._of(row["variable"])
        yield 'for (one in c(codes, "all")) {'
        yield f'  here <- used & !is.na({of}) & (one == "all" | groups %in% one)'
        if row["level"]:
            code = self.names.code_called(row["variable"], row["level"])
            yield f'  in_r <- paste({in_quotes(f"{alias}={code}")}, one, sep = "|")'
            yield f"  tell_share(in_r, here, text({of}) == {in_quotes(code)})"
        else:
            yield f'  in_r <- paste({in_quotes(alias)}, one, sep = "|")'
            yield '  tell("table", in_r, "n", sum(here))'
            if row["kind"] == "mean":
                yield f"  tell_mean(in_r, here, {of})"
                yield f"  tell_sd(in_r, here, {of})"
            else:
                yield f"  tell_share(in_r, here, {of} == 1)"
        yield "}"

    def crosstab(self) -> Iterator[str]:
        """Counts, percentages and the test."""
        row, column = (f"text({self._of(self.spec[name])})" for name in ("variable", "by"))
        codes = _listed(self.result["codes"])
        columns = _listed(one for one in self.result["column_codes"] if one != "all")
        table = self.result["table"]
        shown = f"function(x) half_up(x, {int(table['decimals'])})"
        if self.spec.get("force_total"):
            shown = "function(x) NA"
            yield _said("Percentages that were made to add to 100 are not computed in R.")
        yield f"tell_crosstab({row}, {column}, {codes},"
        yield f"              {columns}, {in_quotes(table.get('percent') or 'column')}, {shown})"
        for name, what in (
            ("letters", "Letters of the comparison of columns"),
            ("differences", "Differences of columns and their intervals"),
            ("paired", "Changes between the two items"),
        ):
            if self.spec.get(name):
                yield _said(f"{what} are not computed in R.")

    def multiple(self) -> Iterator[str]:
        """Counts and percent of cases of every option."""
        table = self.result["table"]
        options = [row["option"] for row in table["rows"]]
        if self.spec.get("form") == "text" and table["columns"][-1]["nothing"] != 0:
            yield _said("Empty texts, which are answers here, are absences in R: nothing is computed.")
            return
        yield from self._ticks(options)
        yield "colnames(ticks) <- " + _listed(options)
        yield from self._groups(self.result["column_codes"][:-1])
        more = " & rowSums(ticks) > 0" if self.spec.get("base") == "ticked" else ""
        yield f"tell_options(ticks, used & answered{more}, groups, codes)"
        yield _said("Percent of responses and tests of the options are not computed in R.")

    def _ticks(self, options: Sequence[str]) -> Iterator[str]:
        columns, form = self.spec["variables"], self.spec.get("form", "ticks")
        if form == "ticks":
            wanted = in_quotes(level_text(self.spec.get("counted", 1)))
            yield f"ticks <- cbind({', '.join(f'text({self._of(one)}) == {wanted}' for one in columns)})"
            known = "complete.cases(ticks)"
            if self.spec.get("missing") == "any":
                known = "rowSums(!is.na(ticks)) > 0"
            yield f"answered <- {known}"
            yield "ticks[is.na(ticks)] <- FALSE"
            return
        if form == "answers":
            yield f"named <- cbind({', '.join(f'text({self._of(one)})' for one in columns)})"
            yield "ticked <- function(one) rowSums(named == one, na.rm = TRUE) > 0"
            yield f"ticks <- sapply({_listed(options)}, ticked)"
            yield "ticks <- matrix(ticks, nrow(d))"
            yield "answered <- rowSums(ticks) > 0"
            return
        separator = in_quotes(str(self.spec.get("separator", ";")))
        yield f"named <- strsplit(enc2utf8({self._of(columns[0])}), {separator}, fixed = TRUE)"
        yield "ticked <- function(one) vapply(named, function(own) one %in% trimws(own), NA)"
        yield f"ticks <- sapply({_listed(options)}, ticked)"
        yield "ticks <- matrix(ticks, nrow(d))"
        yield f"answered <- !is.na({self._of(columns[0])})"

    def ranked(self) -> Iterator[str]:
        """Percent first, mean points and mean rank of every option."""
        ranks = self.spec["ranks"]
        yield f"named <- cbind({', '.join(f'text({self._of(one)})' for one in ranks)})"
        yield from self._groups(self.result["column_codes"][:-1])
        options = _listed(row["option"] for row in self.result["table"]["rows"])
        points = ", ".join(repr(float(one)) for one in self.result["table"]["points"])
        yield f"tell_ranks(named, {options}, c({points}),"
        yield "           used & !is.na(named[, 1]), groups, codes)"
        yield _said("Percent in the top, percent of points and weighted shares are not computed in R.")

    def reliability(self) -> Iterator[str]:
        """Alpha, omega and the figures of the items."""
        if self.spec.get("correlations"):
            yield _said("Polychoric correlations are not computed in R.")
            return
        yield _needed("psych")
        yield from self._groups(self.result["column_codes"][:-1])
        yield from self._answers("items")
        yield 'for (one in c(codes, "all")) {'
        yield '  here <- one == "all" | groups[rows] %in% one'
        yield "  tell_scale(one, answers[here, , drop = FALSE], if (is.null(w)) NULL else w[here])"
        yield "}"
        yield _said("The interval of alpha is not computed in R.")

    def factor(self) -> Iterator[str]:
        """Loadings, structure, correlations of factors, communalities, eigenvalues and adequacy."""
        table = self.result["table"]
        if table["correlations"] != "pearson":
            yield _said("Polychoric correlations are not computed in R.")
            return
        yield _needed("psych")
        if table["rotation"] == "oblimin":
            yield _needed("GPArotation")
        yield from self._answers("items")
        asked = f"{in_quotes(table['extraction'])}, {in_quotes(table['rotation'])}"
        yield f"tell_factors(answers, w, {int(table['factors'])}, {asked})"
        yield _said("Parallel analysis, tests and weights of factor scores are not computed in R.")

    def correlation(self) -> Iterator[str]:
        """Every pair with its rows."""
        table = self.result["table"]
        if table["method"] == "polychoric":
            yield _said("Polychoric correlations are not computed in R.")
            return
        listed = _listed(self.names.alias(name) for name in self.spec["variables"])
        yield f"tell_correlations(as.matrix(d[used, {listed}]),"
        yield f"                  {in_quotes(table['method'])}, {in_quotes(table['missing'])})"
        yield _said("Intervals and p values of correlations are not computed in R.")

    def _answers(self, field: str) -> Iterator[str]:
        """Complete answers to the items, turned round where asked, and weights."""
        listed = _listed(self.names.alias(name) for name in self.spec[field])
        yield f"rows <- used & complete.cases(d[, {listed}])"
        yield f"answers <- as.matrix(d[rows, {listed}])"
        weights = self.spec.get("weights")
        yield f"w <- d${self.names.alias(weights)}[rows]" if weights else "w <- NULL"
        for name, ends in self.result["table"]["turned"].items():
            own = f"answers[, {in_quotes(self.names.alias(name))}]"
            total = repr(float(ends[0] + ends[1])) if ends else f"min({own}) + max({own})"
            yield f"{own} <- {total} - {own}"

    def _groups(self, codes: Sequence[str]) -> Iterator[str]:
        """The group of every row; rows without one are in no table by group."""
        if not self.by:
            yield "groups <- rep(NA, nrow(d))"
            yield "codes <- character(0)"
            return
        yield f"groups <- text({self._of(self.by)})"
        yield f"codes <- {_listed(codes)}"
        yield "used <- used & !is.na(groups)"

    def _codes_of_groups(self) -> list[str]:
        groups = self.result["table"].get("groups") or ()
        return [self.names.code_called(self.by, one["label"]) for one in groups]

    def _of(self, name: str) -> str:
        return f"d${self.names.alias(name)}"


WRITTEN = {
    "descriptives": Tables.descriptives,
    "crosstab": Tables.crosstab,
    "multiple_response": Tables.multiple,
    "ranked_response": Tables.ranked,
    "reliability": Tables.reliability,
    "factor": Tables.factor,
    "correlation": Tables.correlation,
}


def _listed(texts: Any) -> str:
    return f"c({', '.join(map(in_quotes, texts))})"


def _said(sentence: str) -> str:
    return f"message({in_quotes(sentence)})"


def _needed(package: str) -> str:
    sentence = in_quotes(f"Install the package {package} first.")
    return f'if (!requireNamespace("{package}", quietly = TRUE)) stop({sentence}, call. = FALSE)'
