"""The textbook's endpoint."""

from typing import Any

from django.db import transaction
from django.urls import path
from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assets.models import Asset
from markets.models import Reservation

KEY = ["asset_id", "start_time", "market", "source"]
VALUES = ["end_time", "power", "energy_change", "energy_buffer_low", "energy_buffer_high"]


class ReservationSerializer(serializers.ModelSerializer[Reservation]):
    """A position; the asset's id is text, which spares a query per row."""

    asset_id = serializers.CharField(max_length=100)

    class Meta:
        model = Reservation
        fields = [*KEY, *VALUES]


class Reservations(APIView):
    """Stores positions."""

    def put(self, request: Request) -> Response:
        """Validate row by row, and store all at once."""
        body: Any = request.data
        serializer = ReservationSerializer(data=body["reservations"], many=True)
        serializer.is_valid(raise_exception=True)
        rows: list[dict[str, Any]] = list(serializer.validated_data)
        named = {row["asset_id"] for row in rows}
        known = set(Asset.objects.filter(pk__in=named).values_list("pk", flat=True))
        if named - known:
            return Response({"detail": "Unknown assets"}, status=status.HTTP_404_NOT_FOUND)
        now = timezone.now()
        with transaction.atomic():
            Reservation.objects.bulk_create(
                [Reservation(**row, created_at=now, updated_at=now) for row in rows],
                update_conflicts=True,
                unique_fields=KEY,
                update_fields=[*VALUES, "updated_at"],
            )
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [path("api/v1/reservations", Reservations.as_view())]
