#!/usr/bin/env python
"""The portal's command line: `manage.py help` lists what it can do."""

import os
import sys

from django.core.management import execute_from_command_line

from oncall_portal.environment import EXIT_BAD_INPUT, one_clear_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncall_portal.settings")
    with one_clear_line(EXIT_BAD_INPUT):
        execute_from_command_line(sys.argv)
