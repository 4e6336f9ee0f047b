"""What others may see, in the back office: keys, partner profiles, snapshots."""

from partner.admin.custom_kinds import CustomKindAdmin
from partner.admin.keys import ApiKeyAdmin, PartnerKeyAdmin
from partner.admin.profiles import PartnerProfileAdmin
from partner.admin.snapshots import SnapshotAdmin

__all__ = ["ApiKeyAdmin", "CustomKindAdmin", "PartnerKeyAdmin", "PartnerProfileAdmin", "SnapshotAdmin"]
