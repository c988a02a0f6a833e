"""The managers' and administrators' room."""

from django.contrib import admin


class PortalAdminSite(admin.AdminSite):
    site_header = "On-call portal"
    site_title = "On-call portal"
    index_title = "Administration"
