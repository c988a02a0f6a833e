"""What must not be read in a log."""

import logging
import re

# An address whose last part is a secret: who holds it needs no password.
SECRET = re.compile(r"(/(?:invitations|feeds|ping|hooks/[\w-]+|password/reset/key)/)[^/\s\"'?]+")


class HideTokens(logging.Filter):
    """Leaves out the secret part of addresses, whoever logs them."""

    def filter(self, record: logging.LogRecord) -> bool:
        whole = record.getMessage()
        hidden = SECRET.sub(r"\1...", whole)
        if hidden != whole:
            record.msg, record.args = hidden, ()
        return True
