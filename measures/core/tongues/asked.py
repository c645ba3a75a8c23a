"""What is asked of a tongue, and what every tongue writes of it: steps, outcome, labels, missing codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap

from measures.core.bounds import Bounds
from measures.core.engine.fits import Fit
from measures.core.engine.interface import Rule, SourceColumn
from measures.core.engine.query import reasons_of_rules, reasons_of_source
from measures.core.engine.sql import LARGEST_INTEGER
from measures.core.language.scope import ContextTable
from measures.core.language.sentences import reason_in_words, sentence
from measures.core.language.tree import Column, Type
from measures.core.tongues.in_files import InFiles
from measures.core.tongues.laying import Layout, Tongue, cannot
from measures.core.tongues.pairs import Part
from measures.core.tongues.sources import read
from measures.core.tongues.steps import ZERO, Compare, Expr, Num, Step, both, either
from surveys.core.absence import OUT_OF_RANGE, precedence
from surveys.core.codebook import Scalar, Variable, text_in
from surveys.core.problems import refuse
from surveys.core.said import say

_NARROW, _WIDE = -91, -999999991  # where codes of our own begin, downwards


@dataclass(frozen=True)
class Asked:
    """A rule to be written out for one wave.

    ``rule`` and the ``earlier`` measures it uses (each after its own) bring the numbers fitted for them;
    ``variable`` is the derived column with its labels; ``columns`` where its items stand in the wave;
    ``codes`` the study's own missing codes by reason; ``taken`` the names of the wave's variables.
    """

    rule: Rule
    variable: Variable
    columns: Mapping[str, SourceColumn]
    earlier: tuple[Rule, ...] = ()
    contexts: Mapping[str, ContextTable] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, InFiles] = field(default_factory=dict)  # by variable: its absences in files
    taken: tuple[str, ...] = ()
    title: str = ""  # of which study and version: "mdms/fsp@1"
    wave: str = ""  # of which wave version: "mdms/2014@1"
    fitted_in: str = ""  # in which dataset version the numbers were fitted
    language: str = "en"


@dataclass(frozen=True)
class Laid:
    """``absences``: (reason, strength, missing code) of each absence the column may have."""

    asked: Asked
    steps: tuple[Step, ...]
    value: Expr
    reason: Expr
    is_text: bool
    absences: tuple[tuple[str, int, int], ...]
    sources: tuple[str, ...]  # the variables read

    @property
    def name(self) -> str:
        return self.asked.rule.name

    @property
    def label(self) -> str:
        return plain(text_in(self.asked.variable.labels, self.asked.language))

    @property
    def value_labels(self) -> tuple[tuple[Scalar, str], ...]:
        told = ((code.value, text_in(code.labels, self.asked.language)) for code in self.asked.variable.codes)
        return tuple((value, plain(text)) for value, text in told if text)

    def word(self, reason: str) -> str:
        """An absence in words, for a label."""
        return plain(reason_in_words(reason, self.asked.language))


def plain(text: str) -> str:
    """A text on one line, without signs that only a machine sees."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def lay_out(asked: Asked, tongue: Tongue, is_beside: bool) -> Laid:
    """The steps of a rule; Refused where the tongue cannot say it.

    ``is_beside``: the missing codes stand beside the column and not in it, so they need no room among its
    values.
    """
    rules = (*asked.earlier, asked.rule)
    items = tuple(dict.fromkeys(name for rule in rules for name in rule.checked.items))
    out = Layout(
        tongue,
        _strengths(asked, items),
        {},
        asked.contexts,
        asked.rule.checked.scope,
        asked.files,
        asked.language,
    )
    for item in items:
        out.columns[False, item] = read(out, item, asked.columns[item])
    for rule in rules:
        _add(out, rule)
    part = _stored(out, out.columns[True, asked.rule.name], isinstance(asked.rule.checked.root, Column))
    sources = tuple(dict.fromkeys(asked.columns[item].variable.name for item in items))
    _refuse_taken(asked, sources)
    codes = missing_codes(asked, part, is_beside)
    absences = tuple((reason, out.strengths[reason], code) for reason, code in codes.items())
    if not is_beside:
        part = _clear_of_codes(out, part, codes)
        absences = tuple((reason, out.strengths[reason], code) for reason, code in codes.items())
    return Laid(asked, tuple(out.steps), part.value, part.reason, part.type is Type.TEXT, absences, sources)


def _strengths(asked: Asked, items: Iterable[str]) -> dict[str, int]:
    """Every absence that may be met, the strongest with the highest number."""
    checked = [rule.checked for rule in (*asked.earlier, asked.rule)]
    met = reasons_of_rules(checked) | reasons_of_source(asked.columns[item] for item in items)
    weakest_first = sorted(met, key=precedence, reverse=True)
    return {reason: at for at, reason in enumerate(weakest_first, start=1)}


def _add(out: Layout, rule: Rule) -> None:
    """Lays out a rule; later ones may use it by its name."""
    out.fits = {key: Fit.from_json(fit) for key, fit in (rule.fitted or {}).items()}
    out.scope = rule.checked.scope
    part = out.add(rule.checked.root)
    if part.type is Type.CONDITION:
        part = Part(Type.INTEGER, part.value, None, part.reason, part.reasons, part.bounds)
    out.columns[True, rule.name] = part


def _stored(out: Layout, part: Part, is_column: bool) -> Part:
    """The column as it is kept: integers that a double cannot hold are out_of_range."""
    if part.type in (Type.DATE, Type.DATETIME, Type.TIME):
        raise cannot(out.tongue, say("dates, points in time and durations made by a rule"))
    if part.type is Type.TEXT and not out.tongue.computes_text:
        raise cannot(out.tongue, say("texts made by a rule; they need a declared length"))
    fits = max(abs(part.bounds.low), abs(part.bounds.high)) <= LARGEST_INTEGER
    if part.type is not Type.INTEGER or is_column or fits:
        return part
    large = either(
        Compare(">", part.value, Num(LARGEST_INTEGER)), Compare("<", part.value, Num(-LARGEST_INTEGER))
    )
    branches = [(part.absent, (ZERO, part.reason)), (large, (ZERO, out.strength(OUT_OF_RANGE)))]
    reasons = part.reasons | {OUT_OF_RANGE}
    bounds = Bounds(-LARGEST_INTEGER, LARGEST_INTEGER)
    return out.outcome(Type.INTEGER, branches, (part.value, ZERO), reasons, bounds)


def missing_codes(asked: Asked, part: Part, is_beside: bool) -> dict[str, int]:
    """reason -> code: the study's own below the values, else codes of our own; the strongest first."""
    reasons = sorted(part.reasons, key=precedence)
    labelled = [code.value for code in asked.variable.codes if isinstance(code.value, int | float)]
    is_narrow = is_beside or min([part.bounds.low, *labelled]) >= 0
    if not is_narrow:
        return {reason: _WIDE - at for at, reason in enumerate(reasons)}
    own = {reason: code for reason, code in asked.codes.items() if code < 0}
    free = iter(range(_NARROW, _NARROW - 200, -1))
    found: dict[str, int] = {}
    for reason in reasons:
        code = own.get(reason)
        while code is None or code in found.values() or (code in own.values() and own.get(reason) != code):
            code = next(free)
        found[reason] = code
    return found


def _clear_of_codes(out: Layout, part: Part, codes: dict[str, int]) -> Part:
    """A value that would be read as a missing code is out_of_range; only columns that may go so low."""
    if part.type is Type.TEXT or not codes or part.bounds.low >= 0 or part.bounds.low > max(codes.values()):
        return part
    codes.setdefault(OUT_OF_RANGE, min(codes.values()) - 1)
    low, high = Num(min(codes.values())), Num(max(codes.values()))
    taken = (Compare(">=", part.value, low), Compare("<=", part.value, high))
    branches = [
        (part.absent, (ZERO, part.reason)),
        (both(*taken), (ZERO, out.strength(OUT_OF_RANGE))),
    ]
    return out.outcome(part.type, branches, (part.value, ZERO), part.reasons | {OUT_OF_RANGE}, part.bounds)


def _refuse_taken(asked: Asked, sources: tuple[str, ...]) -> None:
    """A column never takes the place of the wave's own variable."""
    name = asked.rule.name
    if name.casefold() in {one.casefold() for one in (*asked.taken, *sources)}:
        message = say("The wave already has a variable {name}; the text would overwrite it.", name=name)
        raise refuse("name_taken", message, hint="Export the dataset, or rename the measure.")


def refuse_names(
    laid: Laid, tongue: Tongue, fitted: Callable[[Sequence[str]], tuple[list[str], object]]
) -> None:
    """Every name must be the one that the tongue's file of the wave has.

    The whole wave is asked: where q1 stands beside Q1, a program blind to case would read the other.
    """
    wave = tuple(dict.fromkeys((*laid.asked.taken, *laid.sources, laid.name)))
    in_file = dict(zip(wave, fitted(wave)[0], strict=True))
    for name in (laid.name, *laid.sources):
        if in_file[name] != name:
            message = say("{tongue} allows no variable called {name}.", tongue=tongue.title, name=name)
            if name.casefold() in {other.casefold() for other in wave if other != name}:
                message = say(
                    "{tongue} cannot tell {name} from a variable whose name differs by case alone.",
                    tongue=tongue.title,
                    name=name,
                )
            raise refuse("name_not_allowed", message, hint="Export the dataset: names are made to fit there.")


def refuse_companion(laid: Laid) -> None:
    """The column of missing codes takes no place of another either."""
    name = f"{laid.name}_missing"
    if name in (*laid.asked.taken, *laid.sources):
        message = say("The wave already has a variable {name}; the text would overwrite it.", name=name)
        raise refuse("name_taken", message, hint="Export the dataset, or rename the measure.")


def told(laid: Laid, letters: Mapping[str, str] | None = None) -> list[str]:
    """The comment at the top of a text: what it makes, of what, and how absences are coded.

    ``letters``: what absences stand as where they have no codes.
    """
    asked, words = laid.asked, _WORDS["zh" if laid.asked.language.startswith("zh") else "en"]
    lines = [f"{asked.title or laid.name}: {laid.label}" if laid.label else asked.title or laid.name]
    lines.append(plain(sentence(asked.rule.checked, asked.language)))
    if asked.wave:
        lines.append(words["wave"].format(asked.wave, ", ".join(laid.sources)))
    lines.append(words["codes"] if laid.absences else words["none"])
    for reason, _, code in laid.absences:
        shown = code if letters is None else letters[reason]
        lines.append(f"  {plain(reason)} -> {shown} ({laid.word(reason)})")
    codes = [code for _, _, code in laid.absences]
    if letters is None and codes and max(codes) <= _WIDE:
        lines.append(words["room"].format(min(codes), max(codes)))
    if any(rule.checked.is_data_dependent for rule in (*asked.earlier, asked.rule)):
        lines.append(words["frozen_in" if asked.fitted_in else "frozen"].format(asked.fitted_in))
    return [part for line in lines for part in wrap(line, 100, subsequent_indent="  ")]


_WORDS = {
    "en": {
        "wave": "Reads, from {0}: {1}. The cells stand as in the file, missing codes in place.",
        "codes": "Missing codes of the column (absence -> code):",
        "none": "The column is never absent.",
        "room": "A value from {0} to {1} would be read as an absence; it is made out_of_range.",
        "frozen": "Means, deviations and weights were fitted on a sample and are frozen here.",
        "frozen_in": "Means, deviations and weights were fitted in {0} and are frozen here.",
    },
    "zh": {
        "wave": "读取 {0} 的变量：{1}。单元格与文件一致，缺失编码原样保留。",
        "codes": "本变量的缺失编码（缺失原因 -> 编码）：",
        "none": "本变量不会缺失。",
        "room": "{0} 至 {1} 的取值会被当作缺失，因此改为 out_of_range。",
        "frozen": "均值、标准差和权重由样本拟合，此处已固定。",
        "frozen_in": "均值、标准差和权重在 {0} 中拟合，此处已固定。",
    },
}
