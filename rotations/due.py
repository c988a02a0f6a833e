"""The due work of rotations: messages."""

from .pager import DueWork
from .verbs.holidays import claim_holidays, store_claimed_holidays
from .verbs.messages import claim_messages, send_message

# Few at a time: each may wait ten seconds for a mail server, and steps of paging must not wait behind them for long.
DUE_WORK = [
    DueWork("message", claim_messages, send_message, limit=5),
    DueWork("public holidays", claim_holidays, store_claimed_holidays, limit=5),
]
