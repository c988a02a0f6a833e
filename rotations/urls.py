"""Addresses of rotations: one list per noun, its prefix above it."""

from django.urls import URLPattern, path

from .views import audit, calendar, planning, rotations

app_name = "rotations"

# /calendar/
calendar_urls = [path("calendar/", calendar.calendar, name="calendar")]

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
    path("rotations/<slug:slug>/audit/", audit.audit_table, name="audit"),
]

urlpatterns: list[URLPattern] = [*calendar_urls, *plan_urls, *rotation_urls]
