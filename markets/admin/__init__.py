"""The back office's pages of what assets may do."""

from markets.admin.limit_changes import LimitChangeAdmin

__all__ = ["LimitChangeAdmin"]
