from importlib import import_module

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models.signals import post_migrate

from config.names import translate_names

ROOMS = ("surveys", "measures", "analytics")


def _after_migrations(**_: object) -> None:
    from config.guards import lay_guards

    lay_guards()


class WavebookConfig(AppConfig):
    """The house itself: it holds the commands that span the rooms and wires jobs to their handlers."""

    name = "config"
    label = "wavebook"

    def ready(self) -> None:
        for room in ROOMS:
            import_module(f"{room}.tasks")
        translate_names((*ROOMS, "knox"))
        # the signal is sent only for apps with models; by then every table of every room is there
        post_migrate.connect(_after_migrations, sender=apps.get_app_config(ROOMS[-1]))
        if settings.WAVEBOOK_BROKER_URL:
            from config.celery import ring
            from surveys.services.jobs import on_submit

            on_submit(ring)
