"""The shape of what people send about analyses; what it means is for the services."""

from __future__ import annotations

from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.core.fields import read_yaml
from analytics.core.kinds import read_spec
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
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "style": "font-family: monospace"}),
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
