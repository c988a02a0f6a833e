"""What is refused before anything reads it."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class OddRequestMiddleware:
    """Refuses requests that no page of ours can need.

    PostgreSQL takes no NUL in a text, and an upload is written to disk before a view, or the sign-in, looks at it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if places := _places_with_nul(request):
            reason = f"{' and '.join(places)}: take the NUL character (%00) out."
            return render(request, "400.html", {"reason": reason}, status=400)
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("The request is larger than any page takes.")
        return self.get_response(request)


def _places_with_nul(request: HttpRequest) -> list[str]:
    """Where an address holds a NUL: the path, or fields by name."""
    places = ["The path"] if "\0" in request.path_info else []
    fields = (key for key, values in request.GET.lists() if "\0" in "".join([key, *values]))
    return places + [key.replace("\0", "") for key in fields]
