"""What keys can be allowed to do [C14]. Models know these words, so nothing of the HTTP layer is imported here."""

SUBJECTS = ("assets", "sites", "markets", "telemetry", "snapshots")
SCOPES = tuple(f"{subject}:{verb}" for subject in SUBJECTS for verb in ("read", "write"))
