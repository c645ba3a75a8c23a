"""The shape of what people send about analyses; what it means is for the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.core.fields import read_yaml
from analytics.core.kinds import read_spec
from analytics.core.pasted import MOST_CHARACTERS as MOST_CHARACTERS_PASTED
from analytics.core.pasted import read_pasted
from analytics.core.targets import PublishedTable
from analytics.models import Analysis
from surveys.core.plain_yaml import MOST_CHARACTERS
from surveys.core.problems import Refused
from surveys.translation import spoken

LANGUAGES = ("en", "zh")


class AnalysisForm(forms.ModelForm):  # type: ignore[type-arg]
    """A specification as YAML, with everything that is wrong with it told at once."""

    label_en = forms.CharField(label=_("Title (English)"), required=False, max_length=300)
    label_zh = forms.CharField(label=_("Title (Chinese)"), required=False, max_length=300)
    spec = forms.CharField(
        label=_("Specification (YAML)"),
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code"}),
    )

    class Meta:
        model = Analysis
        fields = ("study", "slug", "spec")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["spec"] = yaml.safe_dump(self.instance.spec, allow_unicode=True, sort_keys=False)
            for language in LANGUAGES:
                self.initial[f"label_{language}"] = self.instance.labels.get(language, "")

    def clean_spec(self) -> dict[str, Any]:
        """The specification as a mapping; its problems become the field's errors."""
        try:
            given = read_yaml(self.cleaned_data["spec"].replace("\r\n", "\n"))
            read_spec(given)
        except Refused as refused:
            raise forms.ValidationError(
                [spoken(problem.sentence()) for problem in refused.problems]
            ) from None
        return given

    def labels(self) -> dict[str, str]:
        """The titles given, by language."""
        found = {language: self.cleaned_data[f"label_{language}"].strip() for language in LANGUAGES}
        return {language: text for language, text in found.items() if text}


class BeginForm(forms.Form):
    """On which data a new analysis is asked, and of which kind it is."""

    data = forms.ChoiceField(label=_("Data"))
    kind = forms.ChoiceField(label=_("Kind"))

    def __init__(
        self, *args: Any, subjects: Iterable[str], kinds: Iterable[tuple[str, str]], **rest: Any
    ) -> None:
        super().__init__(*args, **rest)
        self.fields["data"].choices = [(name, name) for name in subjects]  # type: ignore[attr-defined]
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]


class NewAnalysisForm(AnalysisForm):
    """A new analysis of a study that is known already."""

    class Meta(AnalysisForm.Meta):
        fields = ("slug", "spec")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].label = _("Short name")
        self.fields["slug"].help_text = _(
            "Lower-case letters, digits, hyphens and underscores, as in table2."
        )
        self.fields["spec"].widget.attrs["rows"] = 14


KIND_CHOICES = (
    ("models", _("models: estimates, errors, stars, fit")),
    ("descriptives", _("descriptives: means, SDs, counts, percentages")),
    ("crosstab", _("crosstab: percentages or counts by group")),
    ("ranked", _("ranked: answers named first, second, third, weighted")),
    ("claims", _("claims: statements of the running text")),
    ("free", _("free: any figures, each column says which")),
)


class TableForm(forms.Form):
    """A published table as pasted text or a file, and what its columns hold."""

    kind = forms.ChoiceField(label=_("Kind"), choices=KIND_CHOICES)
    text = forms.CharField(
        label=_("The table"),
        max_length=MOST_CHARACTERS_PASTED,
        required=False,
        strip=False,
        help_text=_(
            "Copied from a paper or a sheet: tabs or commas between cells, headings first, row names in the "
            "first column. A cell may hold an estimate with stars and its error in parentheses."
        ),
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "code"}),
    )
    file = forms.FileField(
        label=_("or a CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt"}),
    )
    columns = forms.CharField(
        label=_("What the columns hold"),
        max_length=5_000,
        required=False,
        help_text=_(
            "A line for each column that its heading does not explain: “Model 1: estimate (se), logit” or "
            "“Formal: percent”."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "code"}),
    )
    n = forms.CharField(
        label="N",
        max_length=500,
        required=False,
        help_text=_("600, or by column: formal = 300, informal = 300."),
    )
    notes = forms.CharField(
        label=_("Notes (YAML)"),
        max_length=20_000,
        required=False,
        help_text=_(
            "What the table says beside its figures: the outcome, the stars, the scales of its items, as in "
            "“scales: {trust: {items: 1, min: 1, max: 7}}”."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "code"}),
    )

    def clean_file(self) -> str:
        """The file's text; a file that is too large or no text is refused."""
        file = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size > 4 * MOST_CHARACTERS_PASTED:
            raise forms.ValidationError(_("The file is too large for one table."))
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not UTF-8 text.")) from None

    def keep_text(self) -> None:
        """Shows a file's text where it would have been pasted: a browser sends no file twice."""
        if self.cleaned_data["file"]:
            self.data = self.data.copy()
            self.data["text"] = self.cleaned_data["file"]

    def table(self, slug: str = "") -> PublishedTable:
        """The table as understood; Refused with every problem of it."""
        given = self.cleaned_data
        notes = read_yaml(given["notes"].replace("\r\n", "\n"), "notes") if given["notes"].strip() else {}
        text = given["file"] or given["text"]
        return read_pasted(
            text, given["kind"], columns=given["columns"], n=given["n"], notes=notes, slug=slug
        )


class TargetForm(TableForm):
    """A published table to keep in a study, with its name and source."""

    slug = forms.RegexField(
        label=_("Short name"),
        regex=r"^[a-z0-9][a-z0-9_/-]*[a-z0-9]$",
        max_length=80,
        error_messages={"invalid": _("Use lower-case letters, digits, hyphens, underscores and slashes.")},
        help_text=_("As in fsp_isp_2022/table2: the work, then the table."),
    )
    label_en = forms.CharField(label=_("Title (English)"), required=False, max_length=300)
    label_zh = forms.CharField(label=_("Title (Chinese)"), required=False, max_length=300)
    citation = forms.CharField(label=_("Source"), required=False, max_length=2_000)

    def labels(self) -> dict[str, str]:
        """The titles given, by language."""
        found = {language: self.cleaned_data[f"label_{language}"].strip() for language in LANGUAGES}
        return {language: text for language, text in found.items() if text}
