"""What becomes of dead events: listed, sent once more, dropped, from the command line and in the back office [E1]."""

import io
from typing import Any

import pytest
import redis
from django.core.management import CommandError, call_command
from django.test import Client

from assets.models import StatusEntry
from tests.desk.ingest.streams import client, dead, ingest, send, status
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_operator

pytestmark = pytest.mark.django_db
PAGE = "/admin/dead-events/"
EARLY = status("early", "DE_50HZ_WU_1")  # names an asset that is made later


def log_in(model: str, *verbs: str) -> Client:
    """An operator who may look at these records, and do this with them."""
    names = [f"assets.{verb}_{model}" for verb in ("view", *verbs)]
    return desk_of(make_operator(*names, name="-".join(names)))


def command(*arguments: str) -> str:
    said = io.StringIO()
    call_command("dead_events", *arguments, stdout=said)
    return said.getvalue()


def dead_ids(stream: str = "statuses") -> list[str]:
    with client() as looking:
        entries: Any = looking.xrange(f"{stream}:dead")
        return [one for one, _ in entries]


def kill(*events: "dict[str, Any] | str") -> list[str]:
    """Have these die, and answer their ids among the dead."""
    send("statuses", *events)
    ingest()
    return dead_ids()


def told() -> list[str]:
    return list(StatusEntry.objects.exclude(event_id="created").values_list("event_id", flat=True))


class TestCommand:
    def test_a_list_has_the_reason_and_the_original(self) -> None:
        (one,) = kill("nonsense")
        assert command("list").startswith(f"statuses {one} ")
        assert "The body is not valid JSON" in command("list", "statuses")
        assert command("list").endswith("    nonsense\n")
        assert command("list", "telemetry") == ""

    def test_one_that_is_valid_by_now_is_stored_once(self) -> None:
        (one,) = kill(EARLY)
        make_asset()
        assert command("replay", "statuses", one) == "1 of 1\n"
        assert command("replay", "statuses", one) == "0 of 1\n"
        ingest()
        assert told() == ["early"]
        assert dead("statuses") == []

    def test_one_that_is_still_bad_is_dead_again_with_its_new_reason(self) -> None:
        kill(EARLY)
        assert dead("statuses")[0]["reason"] == "Unknown asset: DE_50HZ_WU_1"
        asset_id = make_asset().pk
        bad = status("bad", asset_id, effective_at="2026-05-01T12:00:00")
        send("statuses", bad)
        ingest()
        command("replay", "statuses", "--all")
        ingest()
        assert told() == ["early"]
        (again,) = dead("statuses")
        assert again["reason"].startswith("effective_at: Input should have an offset")
        assert sorted(again) == ["deliveries", "died_at", "original_id", "payload", "reason"]

    def test_dropped_ones_are_gone(self) -> None:
        first, second = kill("nonsense", "more of it")
        assert command("drop", "statuses", first) == "1 of 1\n"
        assert dead_ids() == [second]
        assert command("drop", "statuses", "--all") == "1 of 1\n"
        assert dead_ids() == []

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("replay", "statuses"), "Name the ids, or say --all"),
            (("replay", "statuses", "1-0", "--all"), "Name the ids, or say --all"),
            (("drop", "statuses", "everything"), "A dead event's id looks like"),
            (("drop", "statuses", "9" * 30), "A dead event's id looks like"),
            (("list", "prices"), "invalid choice"),
        ],
    )
    def test_what_is_unclear_is_refused(self, arguments: tuple[str, ...], said: str) -> None:
        with pytest.raises(CommandError, match=said):
            command(*arguments)


class TestPage:
    def test_it_lists_with_reason_and_original_and_counts_each_stream(self) -> None:
        kill(EARLY)
        page = log_in("storedevent").get(f"{PAGE}?stream=statuses").content.decode()
        assert "Unknown asset: DE_50HZ_WU_1" in page
        assert "&quot;event_id&quot;: &quot;early&quot;" in page
        assert "<b>1</b> statuses" in page
        assert "<b>0</b> telemetry" in page
        assert "Send once more" not in page
        assert "Drop" not in page

    def test_chosen_ones_are_sent_once_more(self) -> None:
        (one,) = kill(EARLY)
        make_asset()
        anna = log_in("storedevent", "change")
        answer = anna.post(f"{PAGE}replay", {"stream": "statuses", "id": one}, follow=True)
        assert "1 of 1 sent once more." in answer.content.decode()
        ingest()
        assert told() == ["early"]

    def test_chosen_ones_are_dropped_and_others_stay(self) -> None:
        first, second = kill("nonsense", "more of it")
        anna = log_in("storedevent", "delete")
        answer = anna.post(f"{PAGE}drop", {"stream": "statuses", "id": first}, follow=True)
        assert "1 of 1 dropped." in answer.content.decode()
        assert dead_ids() == [second]

    def test_each_button_needs_its_permission_and_a_post(self) -> None:
        (one,) = kill("nonsense")
        sent = {"stream": "statuses", "id": one}
        every = log_in("storedevent", "change", "delete")
        for act, other in (("replay", "delete"), ("drop", "change")):
            assert log_in("storedevent", other).post(f"{PAGE}{act}", sent).status_code == 403
            assert every.get(f"{PAGE}{act}").status_code == 405
        assert log_in("asset").get(PAGE).status_code == 403
        assert Client().get(PAGE).status_code == 302
        assert dead_ids() == [one]

    @pytest.mark.parametrize(
        ("verb", "address", "sent"),
        [
            ("get", f"{PAGE}?stream=prices", {}),
            ("get", f"{PAGE}?stream=statuses&after=x", {}),
            ("post", f"{PAGE}replay", {"stream": "prices", "id": "1-0"}),
            ("post", f"{PAGE}drop", {"stream": "statuses", "id": "*"}),
        ],
    )
    def test_what_there_cannot_be_is_refused(self, verb: str, address: str, sent: dict[str, str]) -> None:
        anna = log_in("storedevent", "change", "delete")
        assert getattr(anna, verb)(address, sent or None).status_code == 400

    def test_a_redis_that_is_gone_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        gone = redis.Redis(host="127.0.0.1", port=1)
        monkeypatch.setattr("config.desk.admin.dead_events.connect", lambda **_: gone)
        anna = log_in("storedevent", "change")
        assert "does not answer" in anna.get(PAGE).content.decode()
        answer = anna.post(f"{PAGE}replay", {"stream": "statuses", "id": "1-0"}, follow=True)
        assert "does not answer" in answer.content.decode()

    def test_the_sidebar_leads_to_it_for_those_who_may_look(self) -> None:
        assert PAGE in log_in("storedevent").get("/admin/").content.decode()
        assert PAGE not in log_in("asset").get("/admin/").content.decode()
