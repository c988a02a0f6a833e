"""The pages that join the apps."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def now(request: HttpRequest) -> HttpResponse:
    """Who is on call this minute, open incidents, my next duty, what waits for me."""
    return render(request, "base.html")
