"""What the partner app stores."""

from partner.models.custom_kinds import CustomKind
from partner.models.keys import ApiKey, PartnerKey, PartnerKeySite
from partner.models.profiles import PartnerProfile, TariffPeriod
from partner.models.signals import Signal
from partner.models.snapshots import Snapshot, SnapshotVersion

__all__ = [
    "ApiKey",
    "CustomKind",
    "PartnerKey",
    "PartnerKeySite",
    "PartnerProfile",
    "Signal",
    "Snapshot",
    "SnapshotVersion",
    "TariffPeriod",
]
