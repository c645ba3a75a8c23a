"""A study folder brought into the database, through the services that pages use.

Loading says the same things again without harm: what is there and equal is left alone, what differs is
changed or published as a new version, and what the folder does not name stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from analytics.services.analyses import define_analysis
from analytics.services.hypotheses import define_hypotheses
from analytics.services.targets import define_target
from config.study_folder.contents import (
    AnalysisEntry,
    ContextEntry,
    DatasetEntry,
    HypothesesEntry,
    ItemEntry,
    StudyContents,
    TargetEntry,
    WaveEntry,
    WaveFile,
)
from config.study_folder.files import placed
from config.study_folder.held import held, not_standing
from config.study_folder.loading_analyses import Named
from config.study_folder.loading_measures import Standing, in_order, load_measure
from config.study_folder.reading import read_folder
from config.study_folder.stored import stored_contents
from measures.selectors import sessions_kept, waves_at_rest
from measures.services.datasets import define_dataset
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.reading.options import ReadOptions
from surveys.core.said import say
from surveys.models import Study, User
from surveys.services import audit
from surveys.services.changes import told_once
from surveys.services.crosswalk import decide, save_item
from surveys.services.studies import create_study, create_wave, save_context
from surveys.services.waves import import_wave

Talk = Callable[[str], None]


@dataclass
class Loaded:
    """What loading did, each thing named as in ``measure fsp@2``; ``findings`` are those of new waves."""

    study: str
    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    findings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def note(self, standing: Standing, what: str) -> None:
        {Standing.CREATED: self.created, Standing.CHANGED: self.changed, Standing.LEFT: self.left}[
            standing
        ].append(what)


def load_study(user: User, folder: Path, talk: Talk = lambda line: None) -> Loaded:
    """Loads ``folder``; Refused with every problem of its files, or of the stage that could not be done.

    Three stages build on one another: waves with their context and crosswalk; measures; datasets, targets
    and analyses.  All problems of a stage are told at once; what could be done stays done, and loading
    again after mending goes on from there.
    """
    contents = read_folder(folder)
    with told_once():
        return _Loader(user, contents, talk).load()


class _Loader:
    """One load: the study as it was, and the problems met so far."""

    def __init__(self, user: User, contents: StudyContents, talk: Talk) -> None:
        self.user, self.contents, self.talk = user, contents, talk
        self.loaded = Loaded(contents.slug)
        self.problems: list[Problem] = []

    def load(self) -> Loaded:
        self.study, self.before = self._open()
        self._stage(self._waves, self._contexts, self._items)
        self._stage(self._measures)
        create_study(self.user, self.contents.slug, **self.contents.fields)
        self._stage(self._datasets, self._targets, self._analyses, self._hypotheses)
        done = {name: len(value) for name, value in self.loaded.as_json().items() if isinstance(value, list)}
        audit.record(self.user, "load", self.study, study=self.study, **done)
        return self.loaded

    def _open(self) -> tuple[Study, StudyContents | None]:
        slug, fields = self.contents.slug, self.contents.fields
        there = Study.objects.visible_to(self.user).filter(slug=slug).first()
        before = stored_contents(there) if there is not None else None
        # whether measures need a second pair of eyes is changed last: a study new here is loaded whole
        standing = {"second_pair_of_eyes": there is not None and there.second_pair_of_eyes}
        if standing["second_pair_of_eyes"] and not fields.get("second_pair_of_eyes", True):
            raise _switched_off(slug)
        study = create_study(self.user, slug, **fields | standing)
        self._note(f"study {slug}", before, before is not None and before.fields | fields == before.fields)
        return study, before

    def _stage(self, *parts: Callable[[], None]) -> None:
        for part in parts:
            part()
        if self.problems:
            raise Refused(self.problems)

    @contextmanager
    def _at(self, place: str) -> Iterator[None]:
        """What is refused inside is told with the file it comes from, and the load goes on."""
        try:
            yield
        except Refused as refused:
            self.problems += [placed(problem, place) for problem in refused.problems]

    def _note(self, what: str, found: Any, is_same: bool) -> None:
        known = Standing.LEFT if is_same else Standing.CHANGED
        self.loaded.note(known if found is not None else Standing.CREATED, what)

    def _there(self, kind: str, entry: Any) -> Any:
        """The entry of the same name as it was before, or None."""
        return _same_name(getattr(self.before, kind), entry) if self.before else None

    def _apply(
        self, kind: str, word: str, place: str, entries: Iterable[Any], save: Callable[[Any], Any]
    ) -> None:
        """Saves the entries that are new or differ, each in the name of its file."""
        for entry in entries:
            found = self._there(kind, entry)
            with self._at(place.format(_name(entry))):
                if found != entry:
                    save(entry)
                self._note(f"{word} {_name(entry)}", found, found == entry)

    def _waves(self) -> None:
        for entry in self.contents.waves:
            with self._at(f"study.yaml: waves.{entry.slug}"):
                wave = create_wave(self.user, self.study, entry.slug, **entry.fields)
                found = self._there("waves", entry)
                self._note(f"wave {wave}", found, found is not None and found.fields == entry.fields)
                self._import(entry)

    def _import(self, entry: WaveEntry) -> None:
        """Imports the files that no version holds yet; the folder lists them in the order of the versions."""
        there = held(self.study, entry)
        for version in there:
            self.loaded.note(Standing.LEFT, f"wave version {version}")
        for file in entry.files[len(there) :]:
            self.talk(f"reading {file.name}")
            outcome = import_wave(
                self.user,
                self.study,
                entry.slug,
                file.path,
                original_name=file.name,
                options=self._options(entry, file),
                note=file.note,
            )
            standing = Standing.CREATED if outcome.is_new else Standing.LEFT
            self.loaded.note(standing, f"wave version {outcome.version}")
            if outcome.is_new:
                self.loaded.findings[str(outcome.version)] = [asdict(finding) for finding in outcome.findings]

    def _options(self, entry: WaveEntry, file: WaveFile) -> ReadOptions:
        known = self.contents.fields
        return ReadOptions(
            encoding=file.encoding,
            languages=tuple(known["languages"]),
            label_separator=known["label_separator"],
            missing_reasons=known["missing_reasons"],
            reasons_are_usual=True,
            codebook_path=file.codebook,
            sheet=file.sheet,
            header_rows=file.header_rows,
            key=entry.fields["key"],
        )

    def _contexts(self) -> None:
        def save(entry: ContextEntry) -> None:
            save_context(
                self.user,
                self.study,
                entry.slug,
                labels=entry.labels,
                columns=entry.columns,
                rows=entry.rows,
                note=entry.note,
            )

        self._apply("contexts", "context", "context/{}.csv", self.contents.contexts, save)

    def _items(self) -> None:
        waves = {wave.slug: wave for wave in self.study.waves.all()}

        def save(entry: ItemEntry) -> None:
            unknown = [one.wave for one in entry.decisions if one.wave not in waves]
            if unknown:
                raise Refused(
                    Problem("no_wave", f"{entry.name} speaks of a wave {w} that is not there.")
                    for w in unknown
                )
            item = save_item(self.user, self.study, entry.name, labels=entry.labels, note=entry.note)
            for one in not_standing(self._there("items", entry), entry):
                decide(
                    self.user,
                    item,
                    waves[one.wave],
                    variable=one.variable,
                    code_map=one.code_map,
                    missing_map=one.missing_map,
                    status=one.status,
                    reason=one.reason,
                    note=one.note,
                    since=one.since,
                )

        self._apply("items", "item", "crosswalk: {}", self.contents.items, save)

    def _measures(self) -> None:
        with waves_at_rest(), sessions_kept():
            for entry in in_order(self.contents.measures):
                with self._at(f"measures/{entry.name}.yaml"):
                    there = self._there("measures", entry)
                    for standing, what in load_measure(self.user, self.study, entry, there):
                        self.loaded.note(standing, what)

    def _datasets(self) -> None:
        def save(entry: DatasetEntry) -> None:
            about = {"labels": entry.labels, "description": entry.description}
            define_dataset(self.user, self.study, entry.slug, recipe=entry.recipe, **about)

        self._apply("datasets", "dataset", "datasets/{}.yaml", self.contents.datasets, save)

    def _targets(self) -> None:
        def save(entry: TargetEntry) -> None:
            define_target(
                self.user,
                self.study,
                entry.slug,
                kind=entry.kind,
                cells=entry.cells,
                labels=entry.labels,
                citation=entry.citation,
                notes=entry.notes,
            )

        self._apply("targets", "target", "targets/{}.csv", self.contents.targets, save)

    def _analyses(self) -> None:
        named = Named(self.study, self.contents)

        def save(entry: AnalysisEntry) -> None:
            define_analysis(self.user, self.study, entry.slug, spec=entry.spec, labels=entry.labels)

        fit = []
        for entry in self.contents.analyses:  # one that is as it was may have lost a column all the same
            if problems := named.problems(entry):
                self.problems += [placed(problem, f"analyses/{entry.slug}.yaml") for problem in problems]
            else:
                fit.append(entry)
        self._apply("analyses", "analysis", "analyses/{}.yaml", fit, save)

    def _hypotheses(self) -> None:
        def save(entry: HypothesesEntry) -> None:
            about = {"labels": entry.labels, "citation": entry.citation}
            define_hypotheses(self.user, self.study, entry.slug, register=entry.register, **about)

        self._apply("hypotheses", "hypotheses", "hypotheses/{}.yaml", self.contents.hypotheses, save)


def _switched_off(slug: str) -> Refused:
    """No load excuses itself, or those after it, from a second pair of eyes."""
    return refuse(
        "second_pair_of_eyes",
        say("{slug} asks for a second pair of eyes here; a folder cannot switch that off.", slug=slug),
        where="study.yaml: second_pair_of_eyes",
        hint="Leave the line out, or have an administrator switch it off in the study's settings first.",
    )


def _name(entry: Any) -> str:
    return str(getattr(entry, "name", None) or entry.slug)


def _same_name(entries: Iterable[Any], entry: Any) -> Any:
    return next((one for one in entries if _name(one) == _name(entry)), None)
