"""What the assets app stores."""

from assets.models.asset import Asset
from assets.models.dispatch import Dispatch
from assets.models.event import StoredEvent
from assets.models.numbering import NumberSeries
from assets.models.revision import Revision
from assets.models.spec import Spec
from assets.models.state_snapshot import StateSnapshot
from assets.models.status import StatusEntry

__all__ = ["Asset", "Dispatch", "NumberSeries", "Revision", "Spec", "StateSnapshot", "StatusEntry", "StoredEvent"]
