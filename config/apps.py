from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

ROOMS = ("surveys", "measures", "analytics")


class WavebookConfig(AppConfig):
    """The house itself: it holds the commands that span the rooms and wires jobs to their handlers."""

    name = "config"
    label = "wavebook"

    def ready(self) -> None:
        for room in ROOMS:
            import_module(f"{room}.tasks")
        if settings.WAVEBOOK_BROKER_URL:
            from config.celery import ring
            from surveys.services.jobs import on_submit

            on_submit(ring)
