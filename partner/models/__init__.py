"""What the partner app stores."""

from partner.models.keys import ApiKey, PartnerKey, PartnerKeySite

__all__ = ["ApiKey", "PartnerKey", "PartnerKeySite"]
