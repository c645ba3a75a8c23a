"""Pictures of runs: which there are, and one as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation

from analytics.core.output.pictures.chosen import (
    WORDS,
    history,
    models_with_intervals,
    picture,
    pictures_in,
)
from analytics.core.output.pictures.lines import Curve, Lines, lines, words_alone
from analytics.core.output.pictures.png import as_png
from analytics.core.output.pictures.svg import Sheet
from analytics.core.predictions import Predicted, curves_wanted, predictions, products
from analytics.core.tables import table_of_result
from analytics.models import Run
from analytics.selectors.distributions import DISTRIBUTION, distribution, distributions_of
from analytics.selectors.inputs import inputs, read_frame
from analytics.selectors.named import WHOLE
from analytics.selectors.shown import shown_to
from analytics.selectors.table_files import TableFile, file_stem
from analytics.selectors.tables import CATALOGUES, language_of_tables, title_of
from surveys.core.problems import near_misses, refuse
from surveys.core.said import say
from surveys.models import User
from surveys.translation import spoken

PICTURE_FORMATS: Mapping[str, str] = {"svg": "image/svg+xml", "png": "image/png"}
INTERACTION, HISTORY = "interaction_", "history_"
MOST_RUNS = 6  # side by side in a history: the latest
MOST_CELLS = 4_000_000  # read for one picture of predictions; of more it would be waited for too long


def pictures_of(user: User, run: Run) -> list[str]:
    """The names of the pictures that ``user`` may see of ``run``."""
    shown = shown_to(user, run)
    return [
        *pictures_in(shown.result),
        *_histories(user, shown),
        *_interactions(shown),
        *distributions_of(user, shown),
    ]


def picture_file(user: User, run: Run, name: str, form: str, language: str = "en") -> TableFile:
    """The picture ``name`` as SVG or PNG; refused with what there is for others."""
    chosen, known = language_of_tables(language), pictures_of(user, run)
    if form not in PICTURE_FORMATS:
        hint = say("The formats are {formats}.", formats=PICTURE_FORMATS)
        raise refuse("unknown_format", say("A picture cannot be had as {name}.", name=form[:20]), hint=hint)
    if name not in known:
        hint = say("It has these: {known}.", known=known) if known else ""
        message = say("The run has no picture called {name}.", name=name[:40])
        raise refuse("not_found", message, near=near_misses(name, known), hint=hint)
    with translation.override(CATALOGUES[chosen]):
        svg = _sheet(user, shown_to(user, run), name, chosen).as_svg()
    content = as_png(svg) if form == "png" else svg.encode()
    return TableFile(
        f"{file_stem(run)}.{name}.{chosen}.{form}", PICTURE_FORMATS[form], content, form == "svg"
    )


def _earlier(user: User, run: Run) -> list[Run]:
    """The run and those before it of the same analysis, as ``user`` may see them, the latest last."""
    if run.analysis_id is None:
        return [run]
    runs = Run.objects.visible_to(user).filter(analysis=run.analysis_id, pk__lt=run.pk, withdrawn_because="")
    found = runs.select_related(*WHOLE).order_by("-pk")[: MOST_RUNS - 1]
    return [*(shown_to(user, one) for one in reversed(found)), run]


def _histories(user: User, shown: Run) -> list[str]:
    """A history of each model, where the analysis was run before."""
    names = models_with_intervals(shown.result)
    return [f"{HISTORY}{name}" for name in names] if names and len(_earlier(user, shown)) > 1 else []


def _sheet(user: User, run: Run, name: str, language: str) -> Sheet:
    source = say("Run {run} on {version}, content {hash}.", run=run.pk, version=run.subject,
                 hash=run.subject.content_hash[:12])  # fmt: skip
    notes = [source, say("The data are synthetic.")] if run.subject.is_synthetic else [source]
    if run.withheld:
        notes.append(run.withheld)
    note, title = " ".join(map(spoken, notes)), title_of(run, language)
    if name.startswith(INTERACTION):
        return _interaction(run, name, language, title, note)
    if name.startswith(HISTORY):
        runs = [(f"#{one.pk} {one.subject}", one.result) for one in _earlier(user, run)]
        return history(runs, name.removeprefix(HISTORY), language, title, note)
    if name.startswith(DISTRIBUTION):
        more = spoken(say("All valid rows of {version}.", version=run.subject))
        return distribution(distributions_of(user, run)[name], language, f"{more} {note}")
    return picture(run.result, name, language, title, note)


def _interactions(shown: Run) -> list[str]:
    if shown.subject.rows * len(shown.inputs) > MOST_CELLS:
        return []
    return [
        f"{INTERACTION}{model['name']}_{at}"
        for model in shown.result.get("models", ())
        for at, _ in enumerate(products(model), start=1)
    ]


def _interaction(run: Run, name: str, language: str, title: str, note: str) -> Sheet:
    """Predictions over the second variable of a product, a curve for each value of the first."""
    from analytics.core.kinds import read_spec  # loads the estimators
    from analytics.core.kinds.models import model_sample
    from analytics.core.spec import ModelSpec, SeriesSpec

    model_name, _, place = name.removeprefix(INTERACTION).rpartition("_")
    at = [model["name"] for model in run.result["models"]].index(model_name)
    model = run.result["models"][at]
    _, focal, moderator = products(model)[int(place) - 1]
    spec, frame = read_spec(run.spec), read_frame(run.subject, inputs(run.subject, run.inputs))
    assert isinstance(spec, ModelSpec | SeriesSpec)
    specs = [spec] if isinstance(spec, ModelSpec) else [one.model for one in spec.models]
    common = isinstance(spec, SeriesSpec) and spec.sample == "common"
    sample = model_sample(tuple(specs) if common else (specs[at],), frame)
    curves = predictions(model, frame, sample, focal, moderator)
    head = table_of_result(run.result, language).columns[at]
    focal_label, moderator_label = (frame[one].variable.label(language) for one in (focal, moderator))
    outcome = model["outcome_labels"].get(language) or model["outcome_labels"].get("en") or model["outcome"]
    more = spoken(say("All other variables are held at their means."))
    if len(curves) < curves_wanted(frame, sample, focal):
        left_out = say(
            "A line that the rows do not carry is not drawn: a column left out of the fit counts there."
        )
        more = f"{more} {spoken(left_out)}"
    if not curves:
        return words_alone(f"{title} · {head}", f"{more} {note}")
    plot = Lines(
        title=f"{title} · {head}",
        x_axis=moderator_label,
        y_axis=f"{WORDS['predicted'][language]}: {outcome}",
        curves=tuple(_curve(one, focal_label) for one in curves),
        note=f"{more} {note}",
    )
    return lines(plot)


def _curve(one: Predicted, label: str) -> Curve:
    points: list[tuple[Any, ...]] = list(one.points)
    has_band = all(low is not None for _, _, low, _ in points)
    return Curve(
        label=f"{label} = {one.at:z.3g}".replace("-", "−"),
        points=tuple((x, y) for x, y, _, _ in points),
        low=tuple(low for _, _, low, _ in points) if has_band else (),
        high=tuple(high for _, _, _, high in points) if has_band else (),
    )
