"""Actions on one object of the admin."""

from __future__ import annotations

from functools import partial

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST


class ObjectActions(admin.ModelAdmin):
    """Buttons on the page of one object: each name in `object_actions` is a method `(request, object)` with an address
    of its own, `admin:<app>_<model>_<name>`, that takes POST alone. Who may is for the method to say."""

    object_actions: tuple[str, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        model = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(require_POST(partial(self._run_action, name))),
                name=f"{model}_{name}",
            )
            for name in self.object_actions
        ]
        return own + super().get_urls()

    def _run_action(self, name: str, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self.get_object(request, unquote(object_id))
        if found is None:
            raise Http404
        return getattr(self, name)(request, found)
