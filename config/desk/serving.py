"""What the web server calls, from the outside to the inside."""

from config.desk.application import Application
from config.desk.arrivals import BodiesFirst
from config.desk.turns import Turns
from partner.api.front import in_front_of


def web_application() -> BodiesFirst:
    """Bodies are waited for, snapshots answered past Django (docs/adr/0019), and the rest in turn (docs/adr/0022)."""
    return BodiesFirst(in_front_of(Turns(Application())))
