"""What a list of incidents can be narrowed to."""

from __future__ import annotations

import django_filters

from pipelines.models import Pipeline

from .models import SEVERITIES, Incident


class IncidentFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Incident.State.choices, empty_label="Any state")
    severity = django_filters.ChoiceFilter(choices=SEVERITIES, empty_label="Any severity")
    pipeline = django_filters.ModelChoiceFilter(
        queryset=Pipeline.objects.select_related("area"), to_field_name="slug", empty_label="Any pipeline"
    )

    class Meta:
        model = Incident
        fields = ["state", "severity", "pipeline"]
