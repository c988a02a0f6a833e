"""The due work of rotations: messages, public holidays, audits."""

from .pager import DueWork
from .verbs.auditing import claim_audits, run_audit
from .verbs.holidays import claim_holidays, store_claimed_holidays
from .verbs.idle import claim_ended_covers, follow_up
from .verbs.messages import claim_messages, send_message
from .verbs.swap_ends import claim_expired, expire

# Few at a time: each may wait ten seconds for a mail server, and steps of paging must not wait behind them for long.
DUE_WORK = [
    DueWork("message", claim_messages, send_message, limit=5),
    DueWork("public holidays", claim_holidays, store_claimed_holidays, limit=5),
    DueWork("swap", claim_expired, expire),
    DueWork("ended cover", claim_ended_covers, follow_up),
    # one a cycle: an audit of hundreds of units takes a second or two, and pages must not wait behind several
    DueWork("audit", claim_audits, run_audit, limit=1),
]
