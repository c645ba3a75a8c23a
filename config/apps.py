import gc
from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate

from config.names import translate_names

ROOMS = ("surveys", "measures", "analytics")


def _before_migrations(plan: Any = (), **_: object) -> None:
    from config.guards import lift_guards

    if plan:
        lift_guards()


def _after_migrations(**_: object) -> None:
    from config.guards import lay_guards

    lay_guards()


def _check_pages(app_configs: Any, **how: Any) -> list[checks.CheckMessage]:
    """Django's own look at the admin, once its pages are there."""
    import_module(settings.ROOT_URLCONF)
    return check_admin_app(app_configs, **how)


class AdminConfig(SimpleAdminConfig):
    """The admin, whose pages come with the addresses: a command that shows none starts sooner."""

    def ready(self) -> None:
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(_check_pages, checks.Tags.admin)


class WavebookConfig(AppConfig):
    """The house itself: it holds the commands that span the rooms and wires jobs to their handlers."""

    name = "config"
    label = "wavebook"

    def ready(self) -> None:
        for room in ROOMS:
            import_module(f"{room}.tasks")
        translate_names((*ROOMS, "knox"))
        pre_migrate.connect(_before_migrations, sender=apps.get_app_config(ROOMS[0]))
        # the signal is sent only for apps with models; by then every table of every room is there
        post_migrate.connect(_after_migrations, sender=apps.get_app_config(ROOMS[-1]))
        if settings.WAVEBOOK_BROKER_URL:
            from config.celery import ring
            from surveys.services.jobs import on_submit

            on_submit(ring)
        gc.freeze()  # what is loaded by now stays
        gc.enable()
