"""Published tables, cell by cell, with what their audit found."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema

from analytics.core.record import plain
from analytics.models import Target
from analytics.selectors import audit_of, errata_of_target, target_named
from analytics.serializers import TargetBriefSerializer, TargetSerializer
from surveys.http import STUDY, ListApi, OneApi
from surveys.selectors import study_named


@extend_schema(parameters=[STUDY])
class Targets(ListApi):
    """Published tables."""

    serializer_class = TargetBriefSerializer
    queryset = Target.objects.none()
    parameters = ("study",)

    def get_queryset(self) -> QuerySet[Target]:
        targets = Target.objects.visible_to(self.person).select_related("study")
        return targets.filter(study__slug=self.asked("study")) if self.asked("study") else targets


class OneTarget(OneApi):
    """One published table with its audit."""

    serializer_class = TargetSerializer
    queryset = Target.objects.none()

    def get_object(self) -> Any:
        target: Any = target_named(study_named(self.person, self.kwargs["study"]), self.kwargs["slug"])
        target.audit = plain(list(audit_of(target)))
        target.errata = [one.reached() for one in errata_of_target(target)]
        return target
