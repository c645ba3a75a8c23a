#!/usr/bin/env python
"""Wavebook's command line: the same services as the web."""

import gc
import os
import sys


def main() -> None:
    gc.disable()  # nothing that is loaded is rubbish; turned on again once all is there
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config.environment import told_in_words

    with told_in_words():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
