"""Who may do what in a rotation: plain predicates, asked as `user.has_perm(name, thing)`."""

import rules

from pipelines.models import Engineer
from pipelines.rights import is_administrator

from .models import Membership, Rotation, Swap, TimeOffRequest


@rules.predicate
def manages_rotation(user: Engineer, rotation: Rotation) -> bool:
    """Is named as a manager of the rotation."""
    return rotation.managers.filter(pk=user.pk).exists()


@rules.predicate
def manages_requester(user: Engineer, request: TimeOffRequest) -> bool:
    """Is named as a manager of a rotation the requester is a member of."""
    return TimeOffRequest.objects.decided_by_manager(user).filter(pk=request.pk).exists()


@rules.predicate
def has_no_other_manager(user: Engineer, request: TimeOffRequest) -> bool:
    """Nobody else manages the requester, so that an administrator decides."""
    return not request.managers().exists()


@rules.predicate
def is_own_request(user: Engineer, request: TimeOffRequest) -> bool:
    return request.engineer_id == user.pk


@rules.predicate
def is_party(user: Engineer, swap: Swap) -> bool:
    """Offers the swap, is asked for it or took it."""
    return user.pk in swap.parties


@rules.predicate
def manages_swap(user: Engineer, swap: Swap) -> bool:
    """Is named as a manager of its rotation."""
    return manages_rotation(user, swap.rotation)


@rules.predicate
def swap_has_no_other_manager(user: Engineer, swap: Swap) -> bool:
    """Nobody manages its rotation but the parties, so that an administrator decides."""
    return not swap.rotation.managers.filter(is_active=True).exclude(pk__in=swap.parties).exists()


@rules.predicate
def may_answer_swap(user: Engineer, swap: Swap) -> bool:
    """It is offered to everybody qualified, and they are a member of its rotation."""
    is_offered = swap.asked_id is None and swap.state == Swap.State.OFFERED
    return is_offered and Membership.objects.filter(rotation=swap.rotation_id, engineer=user.pk).exists()


decides = ~is_own_request & (manages_requester | (is_administrator & has_no_other_manager))

rules.add_perm("rotations.publish_plan", manages_rotation | is_administrator)
rules.add_perm("rotations.change_members", manages_rotation | is_administrator)
rules.add_perm("rotations.change_rules", manages_rotation | is_administrator)
rules.add_perm("rotations.decide_time_off", decides)
rules.add_perm("rotations.cancel_time_off", is_own_request)
# kind and reason of time off are for the person and for who decides
rules.add_perm("rotations.see_time_off_reason", is_own_request | decides)
decides_swap = ~is_party & (manages_swap | (is_administrator & swap_has_no_other_manager))
rules.add_perm("rotations.decide_swap", decides_swap)
rules.add_perm("rotations.see_swap", is_party | manages_swap | is_administrator | may_answer_swap)
rules.add_perm("rotations.arrange_swap", manages_rotation | is_administrator)
rules.add_perm("rotations.acknowledge_gap", manages_rotation | is_administrator)
rules.add_perm("rotations.import_table", manages_rotation | is_administrator)
rules.add_perm("rotations.override", manages_rotation | is_administrator)
rules.add_perm("rotations.book_ledger", manages_rotation | is_administrator)
