"""The prices of a site's dispatch mode: which pairs can stand together [ST1]."""

from django.utils.translation import gettext

from assets.quantities import Price
from sites.models import Site


def objection(*, floor: Price | None, strike: Price | None) -> str | None:
    """Why these two prices cannot stand together, as a sentence; None: they can."""
    if floor is None or strike is None:
        return None
    if floor.currency != strike.currency:
        said = gettext("The floor price is in %(floor)s, the strike price in %(strike)s; they need one currency")
        return said % {"floor": floor.currency, "strike": strike.currency}
    if floor.amount > strike.amount:
        return gettext("The floor price should not be above the strike price")
    return None


def prices_of(site: Site) -> tuple[Price | None, Price | None]:
    """A site's floor and strike price, as they are stored."""
    amounts = (site.floor_price, site.strike_price)
    floor, strike = (None if amount is None else Price(amount, str(site.price_currency)) for amount in amounts)
    return floor, strike


def columns_of(*, floor: Price | None, strike: Price | None) -> dict[str, object]:
    """The two prices as a site stores them: amounts, and the currency they share."""
    priced = floor or strike
    return {
        "floor_price": floor.amount if floor else None,
        "strike_price": strike.amount if strike else None,
        "price_currency": priced.currency if priced else None,
    }
