"""What every request needs before a page is made."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control


class SignInMiddleware(LoginRequiredMiddleware):
    """Asks for a sign-in, but never looks who signed in where a view needs none.

    Feeds and health must not touch the session: it would cost a query, and tell caches that they differ by cookie.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponse], *rest: object
    ) -> HttpResponse | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, *rest)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """A page made for who signed in is kept for nobody else, and shown again only after asking."""
        if request.session.accessed and not response.has_header("Cache-Control"):
            patch_cache_control(response, no_cache=True, private=True)
        return response


class ReaderTimeZoneMiddleware:
    """Pages show times in the zone of who reads them; where no sign-in is asked for, in the default zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(None):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], *_: object) -> None:
        if getattr(view, "login_required", True) and (zone := getattr(request.user, "time_zone", None)):
            timezone.activate(zone)
