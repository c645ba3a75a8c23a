"""Fields that several documents have."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from surveys.core.said import without_sources


class LabelsField(serializers.DictField):
    """Texts by language: ``{"en": "Sex", "zh": "性别"}``."""

    child = serializers.CharField()


class SentencesField(serializers.JSONField):
    """Stored problems and checks as programs read them: English, without the sources of the sentences."""

    def to_representation(self, value: Any) -> Any:
        return without_sources(value)
