"""Who may do what in a rotation: plain predicates, asked as `user.has_perm(name, thing)`."""

import rules

from pipelines.models import Engineer
from pipelines.rights import is_administrator

from .models import Rotation, TimeOffRequest


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


decides = ~is_own_request & (manages_requester | (is_administrator & has_no_other_manager))

rules.add_perm("rotations.publish_plan", manages_rotation | is_administrator)
rules.add_perm("rotations.change_members", manages_rotation | is_administrator)
rules.add_perm("rotations.decide_time_off", decides)
rules.add_perm("rotations.cancel_time_off", is_own_request)
# kind and reason of time off are for the person and for who decides
rules.add_perm("rotations.see_time_off_reason", is_own_request | decides)
