"""Operators' sessions, in the database."""

import re
from typing import Any

from django.contrib.sessions.backends import db

KEY = re.compile(r"[a-z0-9]{32}", re.ASCII)  # as Django makes them


class SessionStore(db.SessionStore):
    """Django's sessions; a cookie that no session can have is none, and never reaches the database."""

    def _validate_session_key(self, key: Any) -> bool:
        return bool(key and KEY.fullmatch(key))
