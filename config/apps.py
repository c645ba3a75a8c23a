from django.apps import AppConfig


class WavebookConfig(AppConfig):
    """The house itself: it holds the commands that span the rooms."""

    name = "config"
    label = "wavebook"
