"""The shape of what people send about measures and datasets; what it means is for the services."""

from __future__ import annotations

import json
from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from measures.core.recipe import read_recipe
from measures.core.wording import PER_LANGUAGE
from measures.models import Dataset, Measure, MeasureVersion
from measures.selectors.resolving import resolve
from surveys.core.charsets import SETS
from surveys.core.codebook import Level
from surveys.core.plain_yaml import read_plain
from surveys.core.problems import Refused
from surveys.models import Study, WaveVersion
from surveys.translation import spoken

LANGUAGES = ("en", "zh")
TOLD = ("concept", *PER_LANGUAGE)  # a text, or texts by language

LEVELS = [
    (Level.UNKNOWN.value, _("not said")),
    (Level.NOMINAL.value, _("nominal: names")),
    (Level.ORDINAL.value, _("ordinal: an order")),
    (Level.SCALE.value, _("scale: amounts")),
]


class PreviewForm(forms.Form):
    """What the live preview needs; sent on every pause in typing."""

    study = forms.ModelChoiceField(Study.objects.none())
    measure = forms.ModelChoiceField(Measure.objects.none(), required=False)
    wave = forms.ModelChoiceField(WaveVersion.objects.none(), required=False)
    rule = forms.CharField(required=False, strip=False)
    examples = forms.CharField(required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible = {
            "study": Study.objects.visible_to(user),
            "measure": Measure.objects.visible_to(user).select_related("study"),
            "wave": WaveVersion.objects.visible_to(user).select_related("wave__study", "data"),
        }
        for name, queryset in visible.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset

    def clean_rule(self) -> str:
        return plain_lines(self.cleaned_data["rule"])


class MeasureForm(forms.Form):
    """A draft: the rule and everything said about it."""

    name = forms.CharField(label=_("Name"), max_length=60, strip=True)
    concept = forms.CharField(label=_("Concept"), max_length=200, required=False)
    concept_zh = forms.CharField(label=_("Concept (Chinese)"), max_length=200, required=False)
    rule = forms.CharField(label=_("Rule"), strip=False, widget=forms.Textarea)
    label_en = forms.CharField(label=_("Label (English)"), required=False)
    label_zh = forms.CharField(label=_("Label (Chinese)"), required=False)
    definition = forms.CharField(label=_("Definition"), required=False, widget=forms.Textarea)
    definition_zh = forms.CharField(label=_("Definition (Chinese)"), required=False, widget=forms.Textarea)
    citation = forms.CharField(label=_("Citation"), required=False, widget=forms.Textarea)
    universe = forms.CharField(label=_("Universe"), required=False)
    universe_zh = forms.CharField(label=_("Universe (Chinese)"), required=False)
    level = forms.ChoiceField(label=_("Level of measurement"), choices=LEVELS)
    unit = forms.CharField(label=_("Unit"), max_length=40, required=False)
    sign = forms.CharField(label=_("Sign convention"), required=False)
    examples = forms.CharField(label=_("Worked examples"), required=False, widget=forms.Textarea)
    note = forms.CharField(label=_("What changed and why"), required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, measure: Measure | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: dict[str, dict[str, str]] = {}
        if measure is not None:
            del self.fields["name"]  # what a measure is called does not change
            version = measure.draft or measure.published
            self.kept = {"concept": measure.concepts} | (version.texts if version else {})

    def clean_rule(self) -> str:
        return plain_lines(self.cleaned_data["rule"]).strip("\n")

    def clean_examples(self) -> list[Any]:
        return examples_from(self.cleaned_data["examples"])

    def wording(self) -> dict[str, Any]:
        """The keywords of ``save_draft``; call after validation."""
        clean = dict(self.cleaned_data)
        clean.pop("name", None)
        labels = {code: clean.pop(f"label_{code}").strip() for code in LANGUAGES}
        clean["labels"] = {code: text for code, text in labels.items() if text}
        clean["value_labels"] = value_labels_from(self.data)
        plain = {
            name: plain_lines(value) if isinstance(value, str) else value for name, value in clean.items()
        }
        return plain | {name: self._told(plain, name) for name in TOLD}

    def _told(self, plain: dict[str, Any], name: str) -> str | dict[str, str]:
        """A text by language once there is a Chinese one; other languages stay as they were."""
        text, chinese = plain[name], plain.pop(f"{name}_zh")
        kept = {code: said for code, said in self.kept.get(name, {}).items() if code not in LANGUAGES}
        return kept | {"en": text, "zh": chinese} if chinese or kept else text


def initial_of(version: MeasureVersion | None, measure: Measure | None) -> dict[str, Any]:
    """The form's first contents."""
    if version is None or measure is None:
        return {"level": Level.UNKNOWN.value}
    return {
        "name": measure.name,
        "concept": measure.concept,
        "concept_zh": measure.concepts.get("zh", ""),
        **{f"{name}_zh": version.texts.get(name, {}).get("zh", "") for name in PER_LANGUAGE},
        **{f"label_{code}": version.labels.get(code, "") for code in LANGUAGES},
        **{
            name: getattr(version, name)
            for name in ("rule", "definition", "citation", "universe", "level", "unit", "sign", "note")
        },
        "examples": examples_as_text(version.examples),
    }


def plain_lines(text: str) -> str:
    """Browsers send line ends as two characters; positions in a rule count them as one."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def value_labels_from(data: Any) -> list[dict[str, Any]]:
    """The rows of the value label table; rows without a value are left out."""
    values = data.getlist("value_label")
    texts = {code: data.getlist(f"value_label_{code}") for code in LANGUAGES}
    rows = []
    for place, text in enumerate(values):
        if text.strip():
            said = {code: texts[code][place].strip() for code in LANGUAGES if place < len(texts[code])}
            labels = {code: label for code, label in said.items() if label}
            rows.append({"value": number_or_text(text.strip()), "labels": labels})
    return rows


def number_or_text(text: str) -> int | float | str:
    """What somebody typed as a value: a number where it reads as one."""
    try:
        number = float(text)
    except ValueError:
        return text
    if number != number or number in (float("inf"), float("-inf")):
        return text
    return int(number) if number.is_integer() else number


def examples_from(text: str) -> list[Any]:
    """Worked examples as somebody wrote them (YAML, so JSON too); none where nothing is written."""
    read = _plain_yaml(text)
    if read is None:
        return []
    if not isinstance(read, list):
        raise forms.ValidationError(
            gettext("Write one example per line, as in “- {given: {x: 1}, then: 1}”.")
        )
    return read


def _plain_yaml(text: str) -> Any:
    """What a text says in plain types; told at its field where it cannot be read."""
    try:
        return read_plain(plain_lines(text))
    except Refused as refused:
        raise forms.ValidationError([spoken(problem.sentence()) for problem in refused.problems]) from None


def examples_while_typing(text: str) -> tuple[list[Any], list[str]]:
    """Worked examples as far as they are written, and what is wrong with a text that cannot be read yet."""
    try:
        return examples_from(text), []
    except forms.ValidationError as error:
        return [], list(error.messages)


def examples_as_text(examples: list[Any]) -> str:
    """Worked examples one per line, in a form that :func:`examples_from` reads."""
    return "\n".join(f"- {json.dumps(example, ensure_ascii=False)}" for example in examples)


class DatasetForm(forms.ModelForm):  # type: ignore[type-arg]
    """A dataset's recipe, as YAML."""

    recipe = forms.CharField(
        label=_("Recipe"),
        help_text=_(
            "wave, where, measures, items and key; a measure without a number means the one in force."
        ),
        widget=UnfoldAdminTextareaWidget({"rows": 22, "spellcheck": "false", "class": "code"}),
    )
    label_en = forms.CharField(label=_("Label (English)"), required=False, widget=UnfoldAdminTextInputWidget)
    label_zh = forms.CharField(label=_("Label (Chinese)"), required=False, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = Dataset
        fields = ("study", "slug")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["recipe"] = yaml.safe_dump(self.instance.recipe, allow_unicode=True, sort_keys=False)
            for code in LANGUAGES:
                self.initial[f"label_{code}"] = self.instance.labels.get(code, "")

    def clean_recipe(self) -> Any:
        read = _plain_yaml(self.cleaned_data["recipe"])
        if read is None:
            raise forms.ValidationError(gettext("Nothing is written here."))
        return read

    def clean(self) -> dict[str, Any]:
        """Every problem of the recipe, at its field."""
        clean: dict[str, Any] = super().clean() or self.cleaned_data
        study = clean.get("study") or (self.instance.study if self.instance.pk else None)
        if study is not None and "recipe" in clean:
            try:
                resolve(study, read_recipe(clean["recipe"], where=gettext("recipe")))
            except Refused as refused:
                self.add_error("recipe", [spoken(problem.sentence()) for problem in refused.problems])
        return clean

    def labels(self) -> dict[str, str]:
        said = {code: self.cleaned_data[f"label_{code}"].strip() for code in LANGUAGES}
        return {code: text for code, text in said.items() if text}


class SheetForm(forms.Form):
    """An edited sheet of measures."""

    sheet = forms.FileField(
        label=_("Edited sheet"),
        error_messages={"empty": _("The file is empty. Check that the upload or export finished.")},
        help_text=_("The sheet that was downloaded, as .csv or .xlsx."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        required=False,
        choices=[("", _("as the file says")), *((name, name) for name in SETS)],
        help_text=_("Only when the letters of the labels come out wrong."),
    )


class ConfirmSheetForm(forms.Form):
    """The sheet that was looked at: its file, and a hash of what it changes."""

    mark = forms.CharField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)
    encoding = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
