"""No key that anybody sends, in whatever place, stands in what the web server writes [C14] [P15]."""

from pathlib import Path

import pytest
from django.utils import timezone

from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.plants import make_profile, make_site
from tests.factories.snapshots import make_snapshot
from tests.granian import request, running_server

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_key_stands_in_the_log(tmp_path: Path) -> None:
    """In its header, in an address, in a body, as a request's id, as a password: sent, answered, and not written."""
    site = make_site()
    make_snapshot(make_profile(site, public_name="Sibaya"), now=timezone.now())
    keys = [make_api_key().text, make_partner_key(site).text]
    with running_server(tmp_path) as server:
        for key in keys:
            form = f"username=anna&password={key}&next=/admin/{key}".encode()
            bodies = [b'{"%s": 1}' % key.encode(), b"{" + key.encode()]
            sent = [
                request("GET", "/api/v1/assets", f"X-API-Key: {key}"),
                request("GET", "/api/v1/assets", f"Authorization: Bearer {key}"),
                request("GET", "/partner/kpi-rollup?site_id=Sibaya", f"x-api-key: {key}"),
                request("GET", f"/partner/kpi-rollup?site_id=Sibaya&x-api-key={key}"),
                request("GET", f"/partner/{key}", f"x-api-key: {key}"),
                request("GET", f"/api/v1/assets?key={key}", f"X-API-Key: {key}"),
                request("GET", f"/api/v1/assets/{key}", f"X-API-Key: {key}"),
                request("GET", f"/{key}"),
                request("GET", "/health", host=key),
                request("GET", "/health", f"X-Request-ID: {key}"),
                request("GET", "/health", f"Cookie: sessionid={key}"),
                request("POST", "/admin/login/", f"Content-Length: {len(form)}", body=form),
                *(
                    request("POST", "/api/v1/assets", f"X-API-Key: {key}", f"Content-Length: {len(body)}", body=body)
                    for body in bodies
                ),
            ]
            assert all(server.send(one).status for one in sent)
    log = (tmp_path / "web.log").read_text()
    assert log.count("GET /api/v1/assets 200") >= 1
    assert [key for key in keys if key in log] == []
    assert "GET /api/v1/assets/lst_... 404" in log
