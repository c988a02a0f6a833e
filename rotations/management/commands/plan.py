"""`manage.py plan`: make a fair rotation, show it, and publish it if asked to."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pipelines.models import Engineer
from rotations.domain import planning
from rotations.domain.planning.report import report_lines
from rotations.domain.planning.why import why_all
from rotations.domain.planning.words import why_json
from rotations.loads.horizon import weeks_in_force
from rotations.loads.planning import default_weeks, next_unplanned_week
from rotations.loads.plans import PlanView, plan_view
from rotations.models import Plan, Rotation
from rotations.verbs.planning import MAX_WEEKS, ask_plan, solve_plan
from rotations.verbs.publishing import publish_plan


class Command(BaseCommand):
    help = (
        "Make a fair primary and secondary rotation, keep it as a draft and print it with its loads. With --problem, "
        "plan one file without touching the database. Exit status 0 for a complete plan, 1 if a role stays open, 2 on "
        "bad input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rotation", metavar="SLUG", help="Which rotation; needed if there are several.")
        parser.add_argument(
            "--from",
            dest="first_week",
            metavar="DATE",
            help="Day of the first hand-off, 2026-11-30; default: the first week without a plan, or, to repair and "
            "rebalance, the first published one that has not begun.",
        )
        parser.add_argument(
            "--weeks",
            type=int,
            help="How many weeks; default: the rotation's planning horizon, or all that are published.",
        )
        parser.add_argument(
            "--mode",
            choices=Plan.Mode.values,
            help="first: weeks that nobody has yet; repair: what is published, with as few changes as can be; "
            "rebalance: as repair before --rebalance-from, even again from it on. Default: repair where something is "
            "published in these weeks.",
        )
        parser.add_argument("--rebalance-from", metavar="DATE", help="Day of the hand-off from which to rebalance.")
        parser.add_argument("--publish", action="store_true", help="Put the plan into force.")
        parser.add_argument("--by", metavar="USERNAME", help="Who publishes it, for the history.")
        parser.add_argument(
            "--problem", metavar="FILE", help="A planning problem as JSON (docs/planning.md); - for standard input."
        )
        parser.add_argument(
            "--explain",
            action="store_true",
            help="With --problem and --json: also why each role is whose it is, why shifts move, other repairs, and "
            "which training would help.",
        )
        parser.add_argument("--json", action="store_true", help="Print JSON instead of text.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["problem"]:
            problem = _read_problem(options["problem"])
            answer = planning.solve(problem, explained=options["explain"] or not options["json"])
            if options["json"]:
                self.stdout.write(
                    json.dumps(_answer_json(problem, answer, options["explain"]), indent=1, sort_keys=True)
                )
            else:
                self.stdout.write("\n".join(report_lines(answer)))
            raise SystemExit(0 if answer.complete and not answer.conflicts else 1)
        try:
            plan = self._plan(options)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages), returncode=2) from refusal
        view = plan_view(plan)
        self.stdout.write(
            json.dumps(_plain(plan, view), indent=1) if options["json"] else "\n".join(_lines(plan, view))
        )
        if view.open_roles:
            raise SystemExit(1)

    def _plan(self, options: dict[str, Any]) -> Plan:
        rotation, by, at = _rotation(options["rotation"]), _engineer(options["by"]), timezone.now()
        first_week, weeks = _weeks(rotation, options, at)
        day = _day(options["rebalance_from"], "--rebalance-from")
        wish = {"mode": options["mode"] or (Plan.Mode.REBALANCE if day else None), "rebalance_from": day}
        plan = solve_plan(ask_plan(rotation, first_week, weeks, by=by, at=at, **wish))
        if options["publish"]:
            publish_plan(plan, by=by, at=timezone.now())
            plan.refresh_from_db()
        return plan


def _read_problem(name: str) -> planning.Problem:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        return planning.Problem.from_json(json.loads(text))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--problem {name}: {error}", returncode=2) from error
    except (json.JSONDecodeError, planning.ProblemError) as error:
        raise CommandError(f"{name}: {error}", returncode=2) from error


def _answer_json(problem: planning.Problem, answer: planning.Answer, explain: bool) -> dict[str, Any]:
    """The answer, and with --explain why each role is its holder's."""
    why = {"why": [why_json(found) for found in why_all(problem, answer.assignments)]} if explain else {}
    return {**answer.to_json(), **why}


def _rotation(slug: str | None) -> Rotation:
    rotations = Rotation.objects.all()
    if slug:
        rotations = rotations.filter(slug=slug)
    if len(rotations) == 1:
        return rotations[0]
    known = ", ".join(Rotation.objects.values_list("slug", flat=True)) or "none yet; make one in the admin"
    wrong = f"--rotation {slug!r}: there is no such rotation" if slug else "--rotation: say which"
    raise CommandError(f"{wrong}; known: {known}.", returncode=2)


def _engineer(username: str | None) -> Engineer | None:
    if username is None:
        return None
    found = Engineer.objects.active().filter(username=username).first()
    if found is None:
        raise CommandError(f"--by {username!r}: there is no such active engineer.", returncode=2)
    return found


def _weeks(rotation: Rotation, options: dict[str, Any], at: dt.datetime) -> tuple[dt.date, int]:
    """The weeks that were asked for; what is left out comes from the mode."""
    first_week, weeks = _day(options["first_week"], "--from"), options["weeks"]
    is_new = options["mode"] in (None, Plan.Mode.FIRST) and not options["rebalance_from"]
    ahead = None if is_new else weeks_in_force(rotation, at, MAX_WEEKS)
    if ahead is None:
        first_week = first_week or next_unplanned_week(rotation, at)
        return first_week, default_weeks(rotation) if weeks is None else weeks
    return first_week or ahead.first_week, ahead.weeks if weeks is None else weeks


def _day(text: str | None, option: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise CommandError(f"{option} {text!r} is no day; use for example 2026-11-30.", returncode=2) from error


def _plain(plan: Plan, view: PlanView) -> dict[str, Any]:
    """The planner's answer as it is, and who and what its ids stand for."""
    return {
        "plan": plan.pk,
        "rotation": plan.rotation.slug,
        "state": plan.state,
        "engineers": {str(load.engineer.pk): load.engineer.username for load in view.loads},
        "units": {row["id"]: name for row, name in zip(plan.problem["units"], view.units, strict=True)},
        **plan.answer,
    }


def _lines(plan: Plan, view: PlanView) -> list[str]:
    width = max(len(unit) for unit in view.units)
    lines = [f"{plan} ({plan.get_state_display()}), {plan.weeks} weeks from {plan.first_week}", ""]
    for week in view.weeks:
        lines.append(f"{week.day:%a %Y-%m-%d}" + (f"  public holidays: {week.holidays}" if week.holidays else ""))
        lines += [
            f"  {cell.unit:<{width}}  {cell.primary.engineer or 'GAP'} / {cell.secondary.engineer or 'no secondary'}"
            for cell in week.cells
        ]
    lines += ["", "tokens  primary  secondary  holidays  engineer"]
    lines += [
        f"{load.tokens:>6g}  {load.primary_weeks:>7}  {load.secondary_weeks:>9}  {load.holiday_days:>8}  "
        f"{load.engineer}"
        for load in view.loads
    ]
    lines += ["", view.fairness, *view.quality, *[f"exception: {one}" for one in view.exceptions]]
    return [*lines, *[f"open: {role}" for role in view.open_roles]]
