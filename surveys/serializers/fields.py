"""Fields that several documents have."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from surveys.core.plain_yaml import MOST_CHARACTERS
from surveys.core.said import without_sources


class LabelsField(serializers.DictField):
    """Texts by language: ``{"en": "Sex", "zh": "性别"}``."""

    child = serializers.CharField()


class SentencesField(serializers.JSONField):
    """Stored problems and checks as programs read them: English, without the sources of the sentences."""

    def to_representation(self, value: Any) -> Any:
        return without_sources(value)


_TEXT_OR_OBJECT: dict[str, Any] = {
    "oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": {}}]
}


@extend_schema_field(_TEXT_OR_OBJECT)
class WrittenField(serializers.Field[Any, Any, Any, Any]):
    """What somebody wrote as a page of YAML, or the same as an object; what it means is for the services."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "kind": _("Give it as a text in YAML or as an object."),
        "long": _("At most {most:,} characters are read here."),
    }

    def to_internal_value(self, data: Any) -> str | dict[str, Any]:
        if not isinstance(data, str | dict):
            self.fail("kind")
        if len(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)) > MOST_CHARACTERS:
            self.fail("long", most=MOST_CHARACTERS)
        return data

    def to_representation(self, value: Any) -> Any:
        return value
