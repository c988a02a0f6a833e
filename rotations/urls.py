"""Addresses of rotations: one list per noun, its prefix above it."""

from django.urls import URLPattern, path

from .views import planning

app_name = "rotations"

# /rotations/<slug>/plan/
plan_urls = [
    path("rotations/<slug:slug>/plan/", planning.plans, name="plans"),
    path("rotations/<slug:slug>/plan/<int:pk>/", planning.plan, name="plan"),
    path("rotations/<slug:slug>/plan/<int:pk>/publish/", planning.publish, name="publish"),
]

urlpatterns: list[URLPattern] = [*plan_urls]
