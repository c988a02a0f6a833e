"""Addresses of incidents."""

from django.urls import path

from . import views

app_name = "incidents"

urlpatterns = [
    path("incidents/", views.incidents, name="incidents"),
    path("incidents/new/", views.new, name="new"),
    path("incidents/<int:number>/", views.incident, name="incident"),
    path("incidents/<int:number>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("incidents/<int:number>/note/", views.note, name="note"),
    path("incidents/<int:number>/severity/", views.severity, name="severity"),
    path("incidents/<int:number>/mitigate/", views.mitigate, name="mitigate"),
    path("incidents/<int:number>/resolve/", views.resolve, name="resolve"),
    path("incidents/<int:number>/reopen/", views.reopen, name="reopen"),
]
