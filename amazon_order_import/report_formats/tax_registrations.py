"""The tax numbers that Amazon knows of a buyer."""

from dataclasses import dataclass
from typing import NamedTuple

from . import values
from .row_format import optional


class TaxRegistration(NamedTuple):
    """A tax number of the buyer's; `country` and `kind` ``""`` where not given."""

    number: str
    country: str
    kind: str


def _listed(cell_text):
    return [part.strip() for part in cell_text.split(",")]


@dataclass(frozen=True, kw_only=True)
class BuyerTaxNumbers:
    """The fields of a row that tell of the buyer's tax numbers, and what they say.

    They keep Amazon's text, which may list several. A group of fields for rows that
    have others as well: the row makes the slots of all, as Python cannot join two
    classes that have their own.
    """

    __slots__ = ()

    buyer_vat_number: str = ""
    buyer_tax_registration_id: str = ""
    buyer_tax_registration_country: str = ""
    buyer_tax_registration_type: str = ""

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
    optional(
        "buyer_vat_number",
        values.text,
        "buyer-vat-number",
        "buyer-vat-registration-number",
        "buyer-vat-id",
    ),
    optional(
        "buyer_tax_registration_id",
        values.text,
        "buyer-tax-registration-id",
        "buyer-tax-registration-number",
    ),
    optional("buyer_tax_registration_country", values.text),
    optional("buyer_tax_registration_type", values.text),
)

#: Those of them that hold a number: a consumer's tells who it is.
BUYER_NUMBER_NAMES = frozenset(
    name
    for column in BUYER_TAX_COLUMNS
    if column.field in ("buyer_vat_number", "buyer_tax_registration_id")
    for name in column.names
)
