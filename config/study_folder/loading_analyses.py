"""Analyses of a folder: whether what they name is there, before anything is built or run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analytics.core.kinds import check_spec_names, read_spec
from analytics.selectors.inputs import column_names
from config.study_folder.contents import AnalysisEntry, StudyContents
from measures.core.recipe import Recipe, read_recipe
from measures.selectors import study_wave_versions
from surveys.core.problems import Problem, near_misses
from surveys.core.said import say
from surveys.models import Study


class Named:
    """What analyses of a study may name: of the folder, and of the study where the folder is silent.

    What the folder holds counts even where it was just refused: that is told once, in the name of its file.
    """

    def __init__(self, study: Study, contents: StudyContents) -> None:
        self.study = study
        self.recipes = dict(study.datasets.values_list("slug", "recipe"))
        self.recipes |= {entry.slug: entry.recipe for entry in contents.datasets}
        self.targets = {*study.targets.values_list("slug", flat=True), *(e.slug for e in contents.targets)}
        self.keys = dict(study.waves.values_list("slug", "key"))
        self.versions = {version.wave.slug: version for version in study_wave_versions(study)}

    def problems(self, entry: AnalysisEntry) -> list[Problem]:
        """Every name of an analysis that is not there, with near misses."""
        wanted = str(entry.spec.get("dataset", "")) or (next(iter(self.recipes)) if self._is_one else "")
        spec, slug = read_spec(entry.spec), wanted.removeprefix(f"{self.study.slug}/")
        found = [*self._target_problems(str(getattr(spec, "targets", "")))]
        if not wanted or "/" in slug or "@" in slug:
            return found  # chosen at running, of another study, or a version that was built before
        columns = self._columns(slug)
        if columns is None:
            return [*found, self._no_dataset(slug)]
        hint = f"It would be an item, a measure or the key of {slug}: add it there, or mend the analysis."
        return found + [
            replace(problem, hint=problem.hint or hint) if problem.code == "unknown_variable" else problem
            for problem in check_spec_names(spec, columns)
        ]

    @property
    def _is_one(self) -> bool:
        return len(self.recipes) == 1

    def _columns(self, slug: str) -> Iterable[str] | None:
        """The columns that a dataset will have, or those of a wave; None when there is neither."""
        if slug in self.recipes:
            return self._of(read_recipe(self.recipes[slug]))
        return column_names(self.versions[slug]) if slug in self.versions else None

    def _of(self, recipe: Recipe) -> tuple[str, ...]:
        key = recipe.key or self.keys.get(recipe.wave.name, "")
        return (key, *recipe.items, *(measure.name for measure in recipe.measures))

    def _no_dataset(self, slug: str) -> Problem:
        message = say("{study} has no dataset or wave called {name}.", study=self.study, name=slug)
        near = near_misses(slug, [*self.recipes, *self.versions])
        return Problem("unknown_dataset", message, "spec.dataset", near=near)

    def _target_problems(self, named: str) -> list[Problem]:
        slug = named.partition("#")[0]  # what follows is a column of the table
        if not slug or slug in self.targets:
            return []
        message = say("{study} has no target called {slug}.", study=self.study, slug=slug)
        return [Problem("unknown_target", message, "spec.targets", near=near_misses(slug, self.targets))]
