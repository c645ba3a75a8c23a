"""The web server's door."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.environment import told_in_words

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
with told_in_words(status=3):  # by this status gunicorn knows that another try is no use
    application = get_wsgi_application()
    import_module(settings.ROOT_URLCONF)  # every page is there before the first is asked for
