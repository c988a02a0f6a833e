"""Addresses of rotations: one list per noun, its prefix above it."""

from django.urls import URLPattern, path

from .views import (
    audit,
    away,
    calendar,
    drafts,
    feeds,
    imports,
    ledger,
    ledger_book,
    me,
    overrides,
    planning,
    publishing,
    rotations,
    swap_new,
    swaps,
    time_off,
    time_off_asking,
    units,
    wishes,
)

app_name = "rotations"

# /calendar/
calendar_urls = [path("calendar/", calendar.calendar, name="calendar")]

# /me/
me_urls = [
    path("me/", me.me, name="me"),
    path("me/links/", me.make_link, name="make_feed_link"),
    path("me/links/<int:pk>/revoke/", me.revoke_link, name="revoke_feed_link"),
    path("me/wishes/", wishes.wishes, name="wishes"),
]

# /feeds/
feed_urls = [
    path("feeds/<slug:token>.ics", feeds.feed, name="feed"),
    path("robots.txt", feeds.robots, name="robots"),
]

# /rotations/<slug>/plan/
plan_urls = [
    path("rotations/<slug:slug>/plan/", planning.plans, name="plans"),
    path("rotations/<slug:slug>/plan/<int:pk>/", planning.plan, name="plan"),
    path("rotations/<slug:slug>/plan/<int:pk>/cancel/", planning.cancel, name="plan_cancel"),
    path("rotations/<slug:slug>/plan/<int:pk>/again/", planning.again, name="plan_again"),
    path("rotations/<slug:slug>/plan/<int:pk>/what-if/", planning.what_if, name="what_if"),
    path("rotations/<slug:slug>/plan/<int:pk>/publish/", publishing.publish, name="publish"),
    path("rotations/<slug:slug>/plan/<int:pk>/roll-back/", publishing.roll_back, name="roll_back"),
    path("rotations/<slug:slug>/plan/<int:pk>/undo/", drafts.undo, name="plan_undo"),
    path("rotations/<slug:slug>/plan/compare/", drafts.compare, name="compare"),
    path("rotations/<slug:slug>/plan/<int:pk>/<int:unit>/<str:week>/<str:role>/", drafts.cell, name="plan_cell"),
    path("rotations/<slug:slug>/plan/<int:pk>/<int:unit>/<str:week>/<str:role>/pin/", drafts.pin, name="plan_pin"),
    path("shifts/<int:pk>/", drafts.shift, name="shift"),
    path("shifts/<int:pk>/pin/", drafts.keep, name="shift_pin"),
]

# /rotations/
rotation_urls = [
    path("rotations/", rotations.rotations, name="rotations"),
    path("rotations/<slug:slug>/", rotations.rotation, name="rotation"),
    path("rotations/<slug:slug>/units/", units.units, name="units"),
    path("rotations/<slug:slug>/units/compare/", units.compare, name="units_compare"),
    path("rotations/<slug:slug>/units/choose/", units.choose, name="units_choose"),
    path("rotations/<slug:slug>/audit/", audit.audit_page, name="audit"),
    path("rotations/<slug:slug>/audit/acknowledge/", audit.acknowledge, name="acknowledge"),
    path("rotations/<slug:slug>/audit/<int:pk>/reopen/", audit.reopen, name="reopen"),
    path("rotations/<slug:slug>/import/", imports.imports, name="imports"),
    path("rotations/<slug:slug>/import/<int:pk>/", imports.table, name="import"),
    path("rotations/<slug:slug>/import/<int:pk>/do/", imports.do, name="import_do"),
]

# /ledger/ and /rotations/<slug>/ledger/
ledger_urls = [
    path("ledger/", ledger.ledger, name="ledger_of_all"),
    path("ledger/<int:pk>/", ledger.pieces, name="ledger_pieces_of_all"),
    path("rotations/<slug:slug>/ledger/", ledger.ledger, name="ledger"),
    path("rotations/<slug:slug>/ledger/<int:pk>/", ledger.pieces, name="ledger_pieces"),
    path("rotations/<slug:slug>/ledger/entries/", ledger_book.entries, name="ledger_entries"),
    path("rotations/<slug:slug>/ledger/openings/", ledger_book.openings, name="ledger_openings"),
    path("rotations/<slug:slug>/ledger/shifts/<int:pk>/", ledger_book.served, name="ledger_served"),
]

# /time-off/
time_off_urls = [
    path("time-off/", time_off.time_off, name="time_off"),
    path("time-off/new/", time_off_asking.new, name="time_off_new"),
    path("time-off/calendar/", away.away, name="away"),
    path("time-off/approve/", time_off.approve_each, name="time_off_approve_each"),
    path("time-off/<int:pk>/", time_off.detail, name="time_off_request"),
    path("time-off/<int:pk>/edit/", time_off_asking.edit, name="time_off_edit"),
    path("time-off/<int:pk>/cancel/", time_off.cancel_request, name="time_off_cancel"),
    path("time-off/<int:pk>/approve/", time_off.approve_request, name="time_off_approve"),
    path("time-off/<int:pk>/decline/", time_off.decline_request, name="time_off_decline"),
]

# /swaps/
swap_urls = [
    path("swaps/", swaps.swaps, name="swaps"),
    path("swaps/new/", swap_new.new_swap, name="swap_new"),
    path("swaps/<int:pk>/", swaps.swap, name="swap"),
    path("swaps/<int:pk>/accept/", swaps.accept_swap, name="swap_accept"),
    path("swaps/<int:pk>/turn-down/", swaps.turn_down_swap, name="swap_turn_down"),
    path("swaps/<int:pk>/withdraw/", swaps.withdraw_swap, name="swap_withdraw"),
    path("swaps/<int:pk>/hand-back/", swaps.hand_back_swap, name="swap_hand_back"),
    path("swaps/<int:pk>/approve/", swaps.approve, name="swap_approve"),
    path("swaps/<int:pk>/decline/", swaps.decline, name="swap_decline"),
    path("swaps/<int:pk>/undo/", swaps.undo_swap, name="swap_undo"),
]

# /rotations/<slug>/override/
override_urls = [
    path("rotations/<slug:slug>/override/", overrides.new_override, name="override"),
    path("rotations/<slug:slug>/override/<int:pk>/end/", overrides.end, name="override_end"),
]

urlpatterns: list[URLPattern] = [
    *calendar_urls,
    *me_urls,
    *feed_urls,
    *plan_urls,
    *rotation_urls,
    *time_off_urls,
    *swap_urls,
    *override_urls,
    *ledger_urls,
]
