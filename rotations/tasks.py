"""Jobs: what takes seconds, run by the pager's children and never by a web process."""

import logging

from django_tasks import task

from .models import Plan
from .verbs.planning import fail_plan, solve_plan

logger = logging.getLogger(__name__)


@task()
def make_plan(plan_id: int) -> None:
    """Solve a plan that was asked for; a plan that was answered meanwhile is left alone."""
    plan = Plan.objects.get(pk=plan_id)
    if plan.state != Plan.State.ASKED:
        return
    try:
        solve_plan(plan)
    except Exception as error:
        logger.exception("plan %s could not be made", plan_id)
        fail_plan(plan, f"The planner failed: {error}")
