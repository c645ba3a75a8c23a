"""The shape of what the API says about long work and tokens; no rules."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from surveys.core.said import without_sources
from surveys.models import ApiToken, Job, Study
from surveys.serializers.fields import SentencesField
from surveys.services.uploads import waits_for


class JobSerializer(serializers.ModelSerializer[Job]):
    study = serializers.SlugRelatedField[Study](slug_field="slug", read_only=True)
    state = serializers.CharField(help_text="queued, running, done, failed or cancelled")
    result = serializers.SerializerMethodField(help_text="in the fields of its kind of work")
    problems = serializers.ListField(child=SentencesField())
    waits_for_answer = serializers.SerializerMethodField(
        help_text="whether it failed in doubt about your upload: answer on its page, and it is taken up again"
    )

    class Meta:
        model = Job
        fields = ("id", "kind", "study", "state", "progress", "attempts", "cancel_asked", "log", "result",
                  "result_url", "problems", "waits_for_answer", "created_at", "finished_at")  # fmt: skip

    def get_result(self, job: Job) -> dict[str, Any]:
        """What the work left behind; steps are told without the sources of their sentences."""
        steps = job.result.get("steps")
        return job.result | ({"steps": [without_sources(one) for one in steps]} if steps else {})

    def get_waits_for_answer(self, job: Job) -> bool:
        return waits_for(self.context["request"].user, job)


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    expires_at = serializers.DateTimeField(source="token.expiry", read_only=True)

    class Meta:
        model = ApiToken
        fields = ("id", "name", "created_at", "expires_at", "last_used_at")
        read_only_fields = ("created_at", "last_used_at")


class NewTokenSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    days = serializers.IntegerField(default=90, min_value=1, max_value=366)


class MadeTokenSerializer(TokenSerializer):
    """The only time the secret is told."""

    secret = serializers.CharField()

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "secret")
