"""Addresses of pipelines: one list per noun, its prefix above it."""

from django.urls import path

from . import views

app_name = "pipelines"

urlpatterns = [
    # /pipelines/
    path("pipelines/", views.pipelines, name="pipelines"),
    path("pipelines/<slug:slug>/runbook/", views.runbook, name="runbook"),
    # /invitations/
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]
