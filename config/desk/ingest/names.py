"""The names by which Redis keeps events."""

GROUP = "leitstand"
STREAMS = ("dispatches", "statuses", "telemetry", "state-snapshots")  # [E1]
PAYLOAD = "payload"


def dead_stream(stream: str) -> str:
    """Where a stream's dead events are."""
    return f"{stream}:dead"


def progress_key(stream: str) -> str:
    """Where it is noted what was done with a stream."""
    return f"{stream}:progress"
