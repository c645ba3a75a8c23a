"""The shape of what people type on the pages of this room; no rules."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.core.charsets import KNOWN_AS, SETS
from surveys.models import Study

MOST_CODE = 500
EMPTY = {"empty": _("The file is empty. Check that the upload or export finished.")}
SHORT_NAME = r"^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$"  # what a name in an address may hold


def _named(charset: str) -> str:
    return f"{charset} ({KNOWN_AS[charset]})" if charset in KNOWN_AS else charset


class UploadForm(forms.Form):
    """A data file for a wave, and how to read it."""

    file = forms.FileField(
        label=_("Data file"),
        error_messages=EMPTY,
        help_text=_(
            ".sav, .zsav, .por, .dta, .sas7bdat, .xpt, .csv, .xlsx or .parquet. "
            "The file itself is kept exactly as it is."
        ),
        widget=forms.FileInput(
            attrs={"accept": ".sav,.zsav,.por,.dta,.sas7bdat,.xpt,.csv,.tsv,.txt,.xlsx,.parquet"}
        ),
    )
    study = forms.RegexField(
        label=_("Study"),
        regex=SHORT_NAME,
        max_length=60,
        error_messages={"invalid": _("Use lower-case letters, digits, hyphens and underscores, as in mdms.")},
        help_text=_("Its short name, as in mdms. A new name makes a new study."),
        widget=forms.TextInput(attrs={"list": "studies", "autocomplete": "off"}),
    )
    wave = forms.RegexField(
        label=_("Wave"),
        regex=SHORT_NAME,
        max_length=60,
        error_messages={"invalid": _("Use lower-case letters, digits, hyphens and underscores, as in 2014.")},
        help_text=_("Its short name, as in 2014. A new name makes a new wave."),
    )
    key = forms.CharField(
        label=_("Key variable"),
        max_length=255,
        required=False,
        help_text=_("The variable that tells respondents apart. Empty and repeated keys are refused."),
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        required=False,
        choices=[("", _("as the file says")), *((name, _named(name)) for name in SETS)],
        help_text=_("Only when the letters of the labels come out wrong."),
    )
    codebook = forms.FileField(
        label=_("Codebook sheet or SAS catalogue"),
        error_messages=EMPTY,
        required=False,
        help_text=_(
            "A .csv or .xlsx of names, labels, codes and missing codes, a DDI-Codebook (.xml) or a REDCap "
            "dictionary. For SAS: the .sas7bcat file with its value labels."
        ),
    )
    sheet = forms.CharField(
        label=_("Sheet"),
        max_length=31,
        required=False,
        help_text=_("For .xlsx: which sheet holds the data. The first one when left empty."),
    )
    header_rows = forms.ChoiceField(
        label=_("Rows of headings"),
        required=False,
        choices=[("", _("as the file shows")), *((str(n), str(n)) for n in range(1, 4))],
        help_text=_("For .csv and .xlsx: survey tools write question texts below the names."),
    )
    rows = forms.IntegerField(label=_("Rows"), required=False, min_value=1)
    columns = forms.IntegerField(label=_("Variables"), required=False, min_value=1)
    sha256 = forms.RegexField(
        label="SHA-256",
        regex=r"^\s*[0-9A-Fa-f]{64}\s*$",
        required=False,
        error_messages={"invalid": _("64 hexadecimal digits, as sha256sum prints them.")},
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What changed against the version before, and why."),
    )


class CodebookForm(forms.Form):
    """An edited codebook of a wave version."""

    codebook = forms.FileField(
        label=_("Edited codebook"),
        error_messages=EMPTY,
        help_text=_("The sheet that was downloaded (.csv or .xlsx), a DDI-Codebook (.xml) or a dictionary."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xml,.json"}),
    )


class ConfirmCodebookForm(forms.Form):
    """The codebook that was looked at: its file and hash, the wave's latest version then, and why."""

    mark = forms.CharField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)
    latest = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 2)
    encoding = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why the codebook was changed."),
    )


class StudyForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a study says of itself, its title in two languages."""

    title_en = forms.CharField(label=_("Title (English)"), max_length=200)
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=200, required=False)

    class Meta:
        model = Study
        fields = (
            "slug",
            "title_en",
            "title_zh",
            "citation",
            "licence",
            "is_open",
            "is_synthetic",
            "second_pair_of_eyes",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in ("en", "zh"):
            self.fields[f"title_{code}"].initial = self.instance.labels.get(code, "")

    def told(self) -> dict[str, Any]:
        """The fields as the service takes them; titles in other languages are kept."""
        given = dict(self.cleaned_data)
        titles = {code: given.pop(f"title_{code}") for code in ("en", "zh")}
        labels = {**self.instance.labels, **titles}
        given.pop("slug", None)
        return given | {"labels": {code: title for code, title in labels.items() if title}}


class TokenForm(forms.Form):
    """A named key for programs, with an end."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What it is for, as in “laptop, R scripts”.")
    )
    days = forms.IntegerField(
        label=_("Works for, days"), min_value=1, max_value=366, initial=90, help_text=_("1 to 366.")
    )


RENAMED_AS_IS = "rename_as_is"  # of the form alone: a renaming that maps no codes, whatever the table says


class DecisionForm(forms.Form):
    """What is decided about one row of a comparison; codes come as pairs of ``source-n`` and ``map-n``."""

    item = forms.CharField(label=_("Item"), max_length=255)
    kind = forms.CharField(label=_("Decision"), max_length=20)
    variable = forms.CharField(label=_("Variable"), max_length=255, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=2000, required=False)
    note = forms.CharField(label=_("Note"), max_length=2000, required=False)
    partial = forms.BooleanField(required=False)
    new_only = forms.BooleanField(required=False)

    def told(self) -> dict[str, Any]:
        """The fields as the service takes them; maps only where codes are mapped."""
        given = {
            name: self.cleaned_data[name]
            for name in ("item", "kind", "variable", "reason", "note", "partial")
        }
        code_map, missing_map = self._maps() if given["kind"] in ("map", "rename") else ([], [])
        if given["kind"] == RENAMED_AS_IS:
            given["kind"] = "rename"
        return given | {"code_map": code_map, "missing_map": missing_map}

    def _maps(self) -> tuple[list[list[Any]], list[list[Any]]]:
        """``=1`` is a harmonised code, ``!refused`` a reason; an empty answer leaves a code without either.

        Where every code stays what it is there is nothing to map.
        """
        code_map: list[list[Any]] = []
        missing_map: list[list[Any]] = []
        for number in range(len(self.data)):
            if (source := self.data.get(f"source-{number}")) is None:
                break
            chosen, code = self.data.get(f"map-{number}", ""), _scalar(source)
            if chosen.startswith("!"):
                missing_map.append([code, chosen[1:]])
            elif chosen.startswith("="):
                code_map.append([code, _scalar(chosen[1:])])
            elif f"missing-{number}" not in self.data:
                code_map.append([code, None])
        if all(source == target for source, target in code_map):
            code_map = []
        return code_map, missing_map


def _scalar(text: str) -> int | float | str:
    """A code as the page wrote it; anything else is taken as the text it is."""
    if len(text) > MOST_CODE:  # longer than any number; brackets by the thousand are not looked into
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else text
