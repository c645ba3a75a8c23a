"""The shape of what the API says of corrections beside whatever they reach; no rules."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from surveys.services.reached import Reached


class ReachedColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    variables = serializers.DictField(
        child=serializers.CharField(),
        help_text="variable -> cells, meaning, codebook (other words alone) or removed",
    )
    rows_changed = serializers.IntegerField(
        required=False, allow_null=True, help_text="Of a variable; null where too few to be told, or unknown."
    )
    outcome = serializers.CharField(
        required=False, help_text="Of a derived column, rebuilt today: same, differs or unknown."
    )

    def to_representation(self, instance: Any) -> Any:
        """Without what is not said of this kind of column; a null is said."""
        return {name: told for name, told in super().to_representation(instance).items() if name in instance}


class ErratumSerializer(serializers.Serializer[Any]):
    """A wave version that was corrected since, and which of the columns asked about that reaches."""

    wave_version = serializers.CharField(help_text="What was corrected, as in mdms/2014@1.")
    corrected_by = serializers.CharField(help_text="The version in force, as in mdms/2014@2.")
    note = serializers.CharField()
    rows_added = serializers.IntegerField(allow_null=True, help_text="Null where few came or went.")
    rows_removed = serializers.IntegerField(allow_null=True, help_text="Null where few came or went.")
    columns = ReachedColumnSerializer(many=True)
    run = serializers.IntegerField(required=False, help_text="The run beside a table that read the columns.")
    url = serializers.CharField(help_text="Everything that rests on what was corrected.")

    def to_representation(self, instance: Reached) -> Any:
        told = super().to_representation(instance.document())  # type: ignore[arg-type]
        request = self.context.get("request")
        return told | {"url": request.build_absolute_uri(told["url"])} if request else told
