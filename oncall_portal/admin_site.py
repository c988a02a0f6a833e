"""The managers' and administrators' room."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache


class PortalAdminSite(admin.AdminSite):
    site_header = "On-call portal"
    site_title = "On-call portal"
    index_title = "Administration"

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        """Somebody signed in who has no business here sees nothing here, and history is read, never replayed."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def hidden_from_others(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            name = request.resolver_match.url_name or ""  # what catches unknown addresses has none
            if request.method == "POST" and name.endswith("_simple_history"):
                # simple-history would save what was sent for anybody who may look at the row
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return hidden_from_others

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """One door for the whole portal: the admin has no sign-in of its own."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise Http404
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME, "/admin/"), settings.LOGIN_URL)
