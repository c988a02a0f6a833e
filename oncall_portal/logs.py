"""What must not be read in a log, nor by somebody else in a mail."""

import logging
import re

# An address whose last part is a secret: who holds it needs no password.
SECRET = re.compile(r"(/(?:invitations|feeds|ping|hooks/[\w-]+|password/reset/key)/)[^/\s\"'?]+")


def without_secrets(text: str) -> str:
    """The text without the secret part of each address in it."""
    return SECRET.sub(r"\1...", text)


class HideTokens(logging.Filter):
    """Leaves out the secret part of addresses, whoever logs them."""

    def filter(self, record: logging.LogRecord) -> bool:
        whole = record.getMessage()
        hidden = without_secrets(whole)
        if hidden != whole:
            record.msg, record.args = hidden, ()
        return True
