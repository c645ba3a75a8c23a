"""A codebook as one page of HTML that needs nothing else: no script, no picture, no address outside.

Labels are in one language, with the others beside them; the page's own words are in Chinese or English.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from surveys.core.absence import LABELS
from surveys.core.codebook import Labels, Level, ResponseSet, Role, Variable, text_in
from surveys.core.frequency_table import FrequencyTable, Row, frequency_table
from surveys.core.limits import in_short
from surveys.core.writing.codebook_sheet import told_value
from surveys.core.writing.html_words import STYLE, WORDS
from surveys.core.writing.table import About, Derivation, ExportTable, Loss

Lines = Iterator[str]
_STATS = ("mean", "sd", "min", "p5", "median", "p95", "max")


def write_html(table: ExportTable, path: Path, language: str) -> list[Loss]:
    """Writes the codebook of exactly this version as a page; the same version gives the same bytes.

    Frequencies are those that everyone who sees the codebook may know.
    """
    assert table.about is not None, "a codebook needs to know what it is about"
    path.write_bytes("\n".join(_Page(table, table.about, language).lines()).encode())
    return []


class _Page:
    """The page's parts, each a few lines of HTML; every text is escaped where it enters."""

    def __init__(self, table: ExportTable, about: About, language: str) -> None:
        self.table, self.about, self.language = table, about, language
        self.words = WORDS["zh" if language.split("-")[0] == "zh" else "en"]
        self.anchors = {v.name: f"v{number}" for number, v in enumerate(table.codebook.variables, 1)}

    def lines(self) -> Lines:
        title = text_in(self.about.titles, self.language) or self.about.name
        yield "<!doctype html>"
        yield f'<html lang="{escape(_tag(self.language))}">'
        yield '<head><meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{escape(self._('codebook'))}: {escape(title)} ({escape(self.about.name)})</title>"
        yield f"<style>{STYLE}</style></head><body>"
        yield from self._head(title)
        yield from self._contents()
        if self.table.codebook.sets:
            yield from self._sets(self.table.codebook.sets)
        group = ""
        for variable, counted in zip(self.table.codebook.variables, self.about.counted, strict=True):
            if variable.group != group and (group := variable.group):
                yield f'<h2 class="group">{escape(group)}</h2>'
            yield from self._variable(variable, frequency_table(variable, counted))
        yield "</body></html>"
        yield ""

    def _(self, word: str) -> str:
        return self.words[word]

    def _head(self, title: str) -> Lines:
        yield f'<header><p class="kicker">{self._("codebook")} <code>{escape(self.about.name)}</code></p>'
        yield f"<h1>{escape(title)}</h1>"
        for code, text in self._others(self.about.titles, title):
            yield f'<p class="also" lang="{escape(_tag(code))}">{escape(text)}</p>'
        if self.table.is_synthetic:
            yield f'<p class="synthetic">{self._("synthetic")}</p>'
        for erratum in self.about.errata:
            yield f'<p class="synthetic">{escape(text_in(erratum, self.language))}</p>'
        if abstract := text_in(self.about.abstract, self.language):
            yield f"<p>{escape(abstract)}</p>"
        yield "<dl>"
        for word, text in self._facts():
            if text:
                yield f"<dt>{self._(word)}</dt><dd>{text}</dd>"
        yield "</dl></header>"

    def _facts(self) -> Iterator[tuple[str, str]]:
        about, codebook = self.about, self.table.codebook
        yield "cite", escape(self.table.citation)
        yield "made", about.made.isoformat()
        yield "rows", f"{self.table.rows:,}"
        yield "variables", f"{len(codebook.variables):,}"
        yield "content", f"<code>{about.content_hash}</code>"
        yield "codebook_hash", f"<code>{about.codebook_hash}</code>"
        yield "licence", escape(about.licence)
        yield "weight", f"<code>{escape(codebook.weight)}</code>" if codebook.weight else ""
        yield "file_label", escape(text_in(codebook.labels, self.language))
        yield "notes", "<br>".join(escape(note) for note in codebook.notes)
        yield "shown", self._("disclosure")

    def _contents(self) -> Lines:
        yield f'<nav><h2>{self._("contents")}</h2><div class="wide"><table>'
        heads = (self._("name"), self._("label"), self._("type"), self._("valid"))
        yield f"<thead><tr>{''.join(f'<th scope=col>{head}</th>' for head in heads)}</tr></thead><tbody>"
        for variable, counted in zip(self.table.codebook.variables, self.about.counted, strict=True):
            valid = f"{counted['valid']:,}" if counted else ""
            yield (
                f"<tr><td>{self._link(variable.name)}</td>"
                f"<td>{escape(text_in(variable.labels, self.language))}</td>"
                f'<td>{self._(variable.type.value)}</td><td class="n">{valid}</td></tr>'
            )
        yield "</tbody></table></div></nav>"

    def _sets(self, sets: tuple[ResponseSet, ...]) -> Lines:
        yield f"<section><h2>{self._('sets')}</h2><ul>"
        for one in sets:
            links = ", ".join(self._link(name) for name in one.variables)
            counted = "" if one.counted_value is None else f" {escape(told_value(one.counted_value))}"
            kind = self._("categories") if one.kind == "C" else self._("ticked") + counted
            label = escape(text_in(one.labels, self.language))
            yield f"<li><strong>{label}</strong> <code>{escape(one.name)}</code> ({kind}): {links}</li>"
        yield "</ul></section>"

    def _link(self, name: str) -> str:
        anchor = self.anchors.get(name)
        code = f"<code>{escape(name)}</code>"
        return f'<a href="#{anchor}">{code}</a>' if anchor else code

    def _variable(self, variable: Variable, table: FrequencyTable) -> Lines:
        label = text_in(variable.labels, self.language)
        yield f'<section class="variable" id="{self.anchors[variable.name]}">'
        yield f"<h3><code>{escape(variable.name)}</code> {escape(label)}</h3>"
        for code, text in self._others(variable.labels, label):
            yield f'<p class="also" lang="{escape(_tag(code))}">{escape(text)}</p>'
        question = text_in(variable.question, self.language)
        for code, text in (("", question), *self._others(variable.question, question)):
            lang = f' lang="{escape(_tag(code))}"' if code else ""
            yield f'<p class="question"{lang}>{escape(text)}</p>' if text else ""
        yield f'<p class="facts">{" · ".join(self._about(variable, table))}</p>'
        if derivation := self.about.derived.get(variable.name):
            yield from self._derivation(derivation)
        if table.valid or table.absent:
            yield from self._frequencies(variable, table)
        if variable.note:
            yield f'<p class="note">{escape(variable.note)}</p>'
        yield "</section>"

    def _about(self, variable: Variable, table: FrequencyTable) -> Iterator[str]:
        yield self._(variable.type.value)
        if variable.level is not Level.UNKNOWN:
            yield self._(variable.level.value)
        if variable.role is not Role.RAW:
            yield self._(variable.role.value)
        for word, text in (
            ("unit", variable.unit),
            ("limits", in_short(variable.limits)),
            ("universe", variable.universe),
            ("format", variable.format),
        ):
            if text:
                yield f"{self._(word)}: {escape(text)}"
        if table.n:
            yield f"N = {table.n:,}"
            yield f"{self._('valid')} {table.n_valid:,} ({table.percent_valid:.1f}%)"
        instead = {"p5": "min", "p95": "max"}  # of an extreme that is not told
        for name in _STATS if variable.level is not Level.NOMINAL else ():
            number = table.stats.get(name)
            if number is not None and instead.get(name) not in table.stats:
                yield f"{self._(name)} {number:.6g}"

    def _derivation(self, derivation: Derivation) -> Lines:
        sentence = escape(text_in(derivation.sentences, self.language))
        yield f'<div class="rule"><p><strong>{escape(derivation.measure)}</strong> {sentence}</p>'
        yield f"<pre>{escape(derivation.rule)}</pre>"
        if derivation.citation:
            yield f"<p>{escape(derivation.citation)}</p>"
        yield "</div>"

    def _frequencies(self, variable: Variable, table: FrequencyTable) -> Lines:
        heads = ("code", "label", "count", "of_all", "of_valid")
        cells = "".join(f'<th scope="col" class="{head}">{self._(head)}</th>' for head in heads)
        yield f'<div class="wide"><table><thead><tr>{cells}<th class="bar"></th></tr></thead>'
        if table.valid:
            yield "<tbody>"
            for row in table.valid:
                yield self._row(row, text_in(row.labels, self.language))
            yield "</tbody>"
        if table.absent:
            yield f'<tbody class="absent"><tr><th colspan="6" scope="rowgroup">{self._("absent")}</th></tr>'
            for row in table.absent:
                yield self._row(row, self._absence(row))
            yield "</tbody>"
        yield "</table></div>"
        rest = {
            "unlisted": table.unlisted,
            "ranges": sum(rule.value is rule.tag for rule in variable.missing),
        }
        if table.is_multiple:
            yield f'<p class="small">{self._("multiple")}</p>'
        if rest["unlisted"]:
            yield f'<p class="small">{self._("unlisted")}: {rest["unlisted"]:,}</p>'
        if rest["ranges"]:
            spans = (rule for rule in variable.missing if rule.value is None and rule.tag is None)
            told = ", ".join(
                f"{_end(r.low)} – {_end(r.high)} ({escape(self._reason(r.reason))})" for r in spans
            )
            yield f'<p class="small">{self._("ranges")}: {told}</p>'
        if table.is_withheld:
            yield f'<p class="small">{self._("withheld")}</p>'

    def _row(self, row: Row, label: str) -> str:
        value = "" if row.value is None else escape(told_value(row.value))
        share = row.of_valid if row.of_valid is not None else row.of_all
        of_valid = "" if row.of_valid is None else f"{row.of_valid:.1f}"
        return (
            f"<tr><td><code>{value}</code></td><td>{escape(label)}</td>"
            f'<td class="n">{row.n:,}</td><td class="n">{row.of_all:.1f}</td><td class="n">{of_valid}</td>'
            f'<td class="bar"><i style="width:{share:.2f}%"></i></td></tr>'
        )

    def _absence(self, row: Row) -> str:
        label, reason = text_in(row.labels, self.language), self._reason(row.reason)
        return f"{label} ({reason})" if label and label != reason else label or reason

    def _reason(self, reason: str) -> str:
        return text_in(LABELS.get(reason, {}), self.language) or reason.replace("_", " ")

    def _others(self, labels: Labels, shown: str) -> Iterator[tuple[str, str]]:
        return ((code, text) for code, text in sorted(labels.items()) if text and text != shown)


def _end(bound: float | None) -> str:
    return "…" if bound is None else f"{bound:.15g}"


def _tag(language: str) -> str:
    """The language as HTML names it."""
    return {"zh": "zh-Hans", "und": ""}.get(language, language)
