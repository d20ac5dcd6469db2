"""The tax numbers that Amazon knows of a buyer."""

from typing import NamedTuple

from . import values
from .row_format import Column


class TaxRegistration(NamedTuple):
    """A tax number of the buyer's; `country` and `kind` ``""`` where not given."""

    number: str
    country: str
    kind: str


def _listed(cell_text):
    return [part.strip() for part in cell_text.split(",")]


class BuyerTaxNumbers:
    """Takes apart the columns of a row that tell of the buyer's tax numbers.

    They keep Amazon's text, which may list several.
    """

    __slots__ = ()

    @property
    def buyer_tax_registrations(self):
        """All tax numbers of the buyer: a tuple of `TaxRegistration`, VAT first."""
        countries = _listed(self.buyer_tax_registration_country)
        kinds = _listed(self.buyer_tax_registration_type)
        numbers = _listed(self.buyer_tax_registration_id)
        found = {}
        for position, number in enumerate(numbers):
            if number:
                found[number] = TaxRegistration(
                    number,
                    countries[min(position, len(countries) - 1)],
                    kinds[min(position, len(kinds) - 1)],
                )
        vat = [number for number in _listed(self.buyer_vat_number) if number]
        first = {
            number: found.get(number, TaxRegistration(number, "", "VAT"))
            for number in vat
        }
        return tuple({**first, **found}.values())


#: The columns of `BuyerTaxNumbers`, in all their spellings.
BUYER_TAX_COLUMNS = (
    Column(
        "buyer_vat_number",
        ("buyer-vat-number", "buyer-vat-registration-number", "buyer-vat-id"),
        values.text,
    ),
    Column(
        "buyer_tax_registration_id",
        ("buyer-tax-registration-id", "buyer-tax-registration-number"),
        values.text,
    ),
    Column(
        "buyer_tax_registration_country",
        ("buyer-tax-registration-country",),
        values.text,
    ),
    Column(
        "buyer_tax_registration_type", ("buyer-tax-registration-type",), values.text
    ),
)

#: Those of them that hold a number: a consumer's tells who it is.
BUYER_NUMBER_NAMES = frozenset(
    name
    for column in BUYER_TAX_COLUMNS
    if column.field in ("buyer_vat_number", "buyer_tax_registration_id")
    for name in column.names
)
