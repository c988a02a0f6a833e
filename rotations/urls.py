"""Addresses of rotations: one list per noun, its prefix above it."""

from django.urls import URLPattern

app_name = "rotations"

urlpatterns: list[URLPattern] = []
