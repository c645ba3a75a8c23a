"""How far the correction of a wave reaches: datasets, runs, published tables, files handed out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from analytics.models import Run, Target
from analytics.selectors.published import latest_beside
from measures.selectors import AffectedDataset, datasets_affected, errata_of
from surveys.core.writing import FORMATS
from surveys.models import AuditEntry, WaveVersion
from surveys.services.errata import Correction, correction_of, downloads_of
from surveys.services.reached import Reached, ReachedColumn


@dataclass(frozen=True)
class AffectedRun:
    """A run and the columns it read that were made from what was changed, each with those variables."""

    run: Run
    correction: Correction
    columns: tuple[tuple[str, tuple[str, ...]], ...]

    def reached(self) -> Reached:
        """For those who read what the run stands beside."""
        told = self.correction.told
        columns = (
            ReachedColumn(name, {one: told[one] for one in variables}, {}) for name, variables in self.columns
        )
        return Reached(self.correction, tuple(columns), self.run.pk)


@dataclass(frozen=True)
class AffectedTarget:
    """A published table and the runs beside it that read a changed column."""

    target: Target
    runs: tuple[AffectedRun, ...]


@dataclass(frozen=True)
class Handout:
    """A file with data that was handed out, of which version, and which of its columns were changed."""

    entry: AuditEntry
    of: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Erratum:
    """Everything that rests on a wave version and on what was corrected in it.

    ``earlier`` are corrections of versions before it that reach something here too.  ``n_codebooks`` counts
    codebooks and syntax that were handed out: they hold no cells.
    """

    correction: Correction
    datasets: tuple[AffectedDataset, ...]
    runs: tuple[AffectedRun, ...]
    targets: tuple[AffectedTarget, ...]
    downloads: tuple[Handout, ...]
    earlier: tuple[Correction, ...] = ()
    n_codebooks: int = 0

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """That of the version asked about, then those of versions before it."""
        return self.correction, *self.earlier

    @property
    def reaches_nothing(self) -> bool:
        return not (self.datasets or self.runs or self.targets or self.downloads)

    def document(self, *, with_people: bool) -> dict[str, Any]:
        """Plain types; who downloaded what is for those who look after the study."""
        return {
            **_corrected(self.correction),
            "earlier": [_corrected(one) for one in self.earlier],
            "datasets": [_dataset(one) for one in self.datasets],
            "runs": [_run(one) for one in self.runs],
            "targets": [
                {"target": str(one.target), "runs": [affected.run.pk for affected in one.runs]}
                for one in self.targets
            ],
            "n_downloads": len(self.downloads),
            "n_codebooks": self.n_codebooks,
            "downloads": [_download(one) for one in self.downloads] if with_people else [],
        }


def erratum_of(version: WaveVersion) -> Erratum | None:
    """What the corrections since ``version`` reach; None where it is in force or was not changed.

    What still rests on a version before it, and on something that was corrected since then, is reached too.
    """
    correction = correction_of(version)
    if correction is None:
        return None
    datasets: list[AffectedDataset] = []
    runs: list[AffectedRun] = []
    handouts: list[Handout] = []
    earlier = []
    for one in (correction, *_corrections_before(version)):
        reached = datasets_affected(one)
        read, given = _runs(one, reached), _handouts(one, reached)
        if one is not correction and (reached or read or given):
            earlier.append(one)
        datasets += reached
        runs += read
        handouts += given
    data = sorted((one for one in handouts if not _is_codebook(one)), key=lambda one: -one.entry.pk)
    return Erratum(
        correction,
        tuple(datasets),
        tuple(runs),
        tuple(_targets(runs)),
        tuple(data),
        tuple(earlier),
        len(handouts) - len(data),
    )


def _is_codebook(handout: Handout) -> bool:
    form = FORMATS.get(handout.entry.detail.get("format", ""))
    return form is not None and form.is_codebook


def _corrections_before(version: WaveVersion) -> Iterator[Correction]:
    earlier = version.wave.versions.filter(number__lt=version.number).select_related("wave__study", "data")
    for one in earlier.order_by("-number"):
        if (found := correction_of(one)) is not None:
            yield found


def errata_of_run(run: Run) -> list[AffectedRun]:
    """The corrections that reach what a run read."""
    if run.dataset_version is not None:
        return [
            found for one in errata_of(run.dataset_version) if (found := _on_dataset(run, one)) is not None
        ]
    assert run.wave_version is not None
    correction = correction_of(run.wave_version)
    found = _on_wave(run, correction) if correction is not None else None
    return [found] if found is not None else []


def errata_of_target(target: Target) -> list[AffectedRun]:
    """The runs that stand beside a table and read what was corrected since."""
    chosen = latest_beside(target)
    runs = Run.objects.select_related(*_WITH).defer("result", "environment").in_bulk(chosen)
    return [found for pk in chosen for found in errata_of_run(runs[pk])]


_WITH = ("analysis", "study", "dataset_version__dataset__study", "wave_version__wave__study")


def _runs(correction: Correction, datasets: Iterable[AffectedDataset]) -> list[AffectedRun]:
    """Runs whose numbers somebody may still read: what was withdrawn rests on nothing any more."""
    affected = {one.version.pk: one for one in datasets}
    stored = (
        Run.objects.filter(withdrawn_because="")
        .select_related(*_WITH)
        .defer("result", "environment")
        .order_by("-id")
    )
    found = [
        _on_dataset(run, affected[run.dataset_version_id])
        for run in stored.filter(dataset_version__in=affected)
    ]
    found += [_on_wave(run, correction) for run in stored.filter(wave_version=correction.before)]
    return [one for one in found if one is not None]


def _on_dataset(run: Run, dataset: AffectedDataset) -> AffectedRun | None:
    read = [(one.column.name, one.variables) for one in dataset.columns if one.column.name in run.inputs]
    return (
        AffectedRun(run, dataset.correction, tuple(read)) if read or dataset.correction.moves_rows else None
    )


def _on_wave(run: Run, correction: Correction) -> AffectedRun | None:
    read = [(name, (name,)) for name in sorted(correction.changed & run.inputs.keys())]
    return AffectedRun(run, correction, tuple(read)) if read or correction.moves_rows else None


def _targets(runs: Iterable[AffectedRun]) -> list[AffectedTarget]:
    beside: dict[tuple[int, str], list[AffectedRun]] = {}
    for one in runs:
        if slug := str(one.run.spec.get("targets", "")).partition("#")[0]:
            beside.setdefault((one.run.study_id, slug), []).append(one)
    stored = Target.objects.filter(slug__in={slug for _study, slug in beside}).select_related("study")
    return [
        AffectedTarget(target, tuple(beside[target.study_id, target.slug]))
        for target in stored
        if (target.study_id, target.slug) in beside
    ]


def _handouts(correction: Correction, datasets: Iterable[AffectedDataset]) -> list[Handout]:
    """Files of the corrected version and of the datasets made of it; a file with data holds every column."""
    own = tuple(sorted(correction.changed))
    found = []
    if correction.alters_answers:
        found = [Handout(entry, str(correction.before), own) for entry in downloads_of(correction.before)]
    for one in datasets:
        found += [
            Handout(entry, str(one.version), tuple(sorted(one.names))) for entry in downloads_of(one.version)
        ]
    return found


def _corrected(correction: Correction) -> dict[str, Any]:
    return {
        "wave_version": str(correction.before),
        "corrected_by": str(correction.after),
        "note": correction.after.note,
        "rows_added": correction.rows_added,
        "rows_removed": correction.rows_removed,
        "columns": correction.told,
    }


def _dataset(one: AffectedDataset) -> dict[str, Any]:
    return {
        "dataset_version": str(one.version),
        "wave_version": str(one.correction.before),
        "columns": [
            {"name": c.column.name, "variables": list(c.variables), "outcome": c.outcome} for c in one.columns
        ],
    }


def _run(one: AffectedRun) -> dict[str, Any]:
    return {
        "run": one.run.pk,
        "analysis": str(one.run.analysis) if one.run.analysis else None,
        "of": str(one.run.subject),
        "wave_version": str(one.correction.before),
        "columns": [{"name": name, "variables": list(variables)} for name, variables in one.columns],
    }


def _download(one: Handout) -> dict[str, Any]:
    entry = one.entry
    return {
        "of": one.of,
        "by": entry.actor,
        "at": entry.at.isoformat(),
        "format": entry.detail.get("format"),
        "sha256": entry.detail.get("sha256"),
        "columns": list(one.columns),
    }
