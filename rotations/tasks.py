"""Jobs: what takes seconds, run by the pager's children and never by a web process."""

import logging
from functools import partial

from django_tasks import task

from .models import Plan, UnitsComparison
from .verbs.planning import PlanCancelledError, fail_plan, note_progress, solve_plan
from .verbs.units import fail_comparison, solve_comparison

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


@task()
def compare_units(comparison_id: int) -> None:
    """Plan every choice of units of a comparison; one that was answered meanwhile is left alone."""
    comparison = UnitsComparison.objects.get(pk=comparison_id)
    if comparison.state != UnitsComparison.State.ASKED:
        return
    try:
        solve_comparison(comparison)
    except Exception as error:
        logger.exception("comparison of units %s could not be made", comparison_id)
        fail_comparison(comparison, f"The planner failed: {error}")
