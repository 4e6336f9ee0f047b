"""Every address of Leitstand."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.views.generic import RedirectView

from config.api.keys import KeyConverter
from config.desk import asset_day, site_day
from config.desk.admin import dead_events
from config.desk.admin.audit import audit
from config.desk.admin.health import health_page
from config.desk.admin.imports import ADDRESSES as IMPORTS
from config.desk.admin.needing import fleet_needing
from config.desk.documents import Documents, RedocPage, SwaggerPage
from config.desk.health import Health
from config.desk.languages import choose_language
from config.desk.metrics import Metrics

register_converter(KeyConverter, "key")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("health", Health.as_view({"get": "retrieve"})),
    path("health/ready", Health.as_view({"get": "ready"})),
    path("metrics", Metrics.as_view({"get": "retrieve"})),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/site-day/<key:site_id>", site_day.page, name="site_day"),
    path("admin/asset-day/<key:asset_id>", asset_day.page, name="asset_day"),
    path("admin/needing/<str:flag>/", admin.site.admin_view(fleet_needing), name="fleet_needing"),
    path("admin/audit/", admin.site.admin_view(audit), name="audit"),
    path("admin/health/", admin.site.admin_view(health_page), name="desk_health"),
    path("admin/language/", choose_language, name="set_language"),
    *IMPORTS,
    path("admin/dead-events/", dead_events.page, name="dead_events"),
    *(
        path(f"admin/dead-events/{act}", dead_events.settle, {"act": act}, name=f"{act}_dead_events")
        for act in dead_events.DONE
    ),
    path("admin/", admin.site.urls),
    path("api/v1/", include("assets.api.urls")),
    path("partner/", include("partner.api.urls")),
    path("api/v1/", include("sites.api.urls")),
    path("api/v1/", include("markets.api.urls")),
    path("api/v1/", include("partner.api.snapshot_urls")),
    path("api/v1/schema", Documents.as_view({"get": "retrieve"}), name="schema"),
    path("api/docs", SwaggerPage.as_view(), name="docs"),
    path("api/redoc", RedocPage.as_view(), name="redoc"),
]

handler400 = "config.desk.refusals.bad_request"
handler403 = "config.desk.refusals.forbidden"
handler404 = "config.desk.refusals.not_found"
handler500 = "config.desk.refusals.server_error"
