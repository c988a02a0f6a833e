"""All addresses of the portal."""

from django.contrib import admin
from django.urls import include, path

from . import health, mailbox, views

urlpatterns = [
    path("", views.now, name="now"),
    path("pipelines/<slug:slug>/", views.pipeline, name="pipeline"),
    path("", include("pipelines.urls")),
    path("", include("rotations.urls")),
    path("", include("incidents.urls")),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("healthz", health.healthz, name="healthz"),
    path("healthz/pager", health.pager, name="healthz_pager"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    # in front of allauth's, which they close
    path("accounts/email/", views.own_page, name="account_email"),
    path("accounts/confirm-email/", views.own_page, name="account_email_verification_sent"),
    path("accounts/confirm-email/<str:key>/", views.own_page, name="account_confirm_email"),
    path("accounts/", include("allauth.urls")),
]
