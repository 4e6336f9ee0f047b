"""What all batches have in common: no key twice, and a count of what they did [B2] [C11]."""

from collections.abc import Hashable, Sequence

from pydantic import BaseModel

from config.errors import Fault, InvalidError


class Stored(BaseModel):
    """How many rows a batch has added, how many it has changed, and how many were so already."""

    inserted: int
    updated: int
    unchanged: int


def refuse_repeats(keys: Sequence[Hashable], *, items: str, naming: str) -> None:
    """Refuse a batch in which two items have the same key: each fault names both of their indices [B2].

    `items` is the body's field that holds them, `naming` says what the key is made of ("inverter_id and time").
    """
    if len(set(keys)) == len(keys):
        return
    first: dict[Hashable, int] = {}
    faults = []
    for index, key in enumerate(keys):
        earlier = first.setdefault(key, index)
        if earlier != index:
            sentence = f"Item {index} has the same {naming} as item {earlier}"
            faults.append(Fault(("body", items, index), sentence, "repeated"))
    if faults:
        raise InvalidError(faults)
