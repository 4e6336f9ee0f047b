"""Record keys in addresses."""


class KeyConverter:
    """An id as the API makes them; anything else is an address that does not exist."""

    regex = r"[A-Za-z0-9_-]{1,100}"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value
