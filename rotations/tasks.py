"""Jobs: what takes seconds, run by the pager's children and never by a web process."""

import logging
from functools import partial

from django_tasks import task

from .models import Plan
from .verbs.planning import PlanCancelledError, fail_plan, note_progress, solve_plan

logger = logging.getLogger(__name__)


@task()
def make_plan(plan_id: int) -> None:
    """Solve a plan that was asked for; a plan that was answered or cancelled meanwhile is left alone."""
    plan = Plan.objects.get(pk=plan_id)
    if plan.state != Plan.State.ASKED:
        return
    try:
        solve_plan(plan, partial(note_progress, plan))
    except PlanCancelledError:
        logger.info("plan %s was cancelled", plan_id)
    except Exception as error:
        logger.exception("plan %s could not be made", plan_id)
        fail_plan(plan, f"The planner failed: {error}")
