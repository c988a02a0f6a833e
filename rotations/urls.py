"""Addresses of rotations: one list per noun, its prefix above it."""

from django.urls import URLPattern, path

from .views import audit, calendar, feeds, me, planning, rotations, time_off

app_name = "rotations"

# /calendar/
calendar_urls = [path("calendar/", calendar.calendar, name="calendar")]

# /me/
me_urls = [
    path("me/", me.me, name="me"),
    path("me/links/", me.make_link, name="make_feed_link"),
    path("me/links/<int:pk>/revoke/", me.revoke_link, name="revoke_feed_link"),
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
    path("rotations/<slug:slug>/plan/<int:pk>/publish/", planning.publish, name="publish"),
]

# /rotations/
rotation_urls = [
    path("rotations/", rotations.rotations, name="rotations"),
    path("rotations/<slug:slug>/", rotations.rotation, name="rotation"),
    path("rotations/<slug:slug>/audit/", audit.audit_page, name="audit"),
    path("rotations/<slug:slug>/audit/acknowledge/", audit.acknowledge, name="acknowledge"),
    path("rotations/<slug:slug>/audit/<int:pk>/reopen/", audit.reopen, name="reopen"),
]

# /time-off/
time_off_urls = [
    path("time-off/", time_off.time_off, name="time_off"),
    path("time-off/new/", time_off.new, name="time_off_new"),
    path("time-off/<int:pk>/", time_off.detail, name="time_off_request"),
    path("time-off/<int:pk>/cancel/", time_off.cancel_request, name="time_off_cancel"),
    path("time-off/<int:pk>/approve/", time_off.approve_request, name="time_off_approve"),
    path("time-off/<int:pk>/decline/", time_off.decline_request, name="time_off_decline"),
]

urlpatterns: list[URLPattern] = [*calendar_urls, *me_urls, *feed_urls, *plan_urls, *rotation_urls, *time_off_urls]
