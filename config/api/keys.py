"""Record keys in addresses."""

import re

_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
_FOREIGN = re.compile(r"[^A-Za-z0-9_.~-]", re.ASCII)


class KeyConverter:
    """An id as the API makes them.

    What no id can look like still reaches the endpoint, as text that is safe to ask for and to repeat: so a caller
    without a key learns that first, and one with a key that there is nothing of this name [C3].
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The id, or something like it that none can be."""
        return value if _KEY.fullmatch(value) else _FOREIGN.sub("?", value[:100]) + "?"

    def to_url(self, value: str) -> str:
        """As it is."""
        return value
