from odoo import api, models

from ...vat_rules import (
    Statement,
    decide,
    find_territory,
    read_responsibility,
    read_scheme,
)
from ..order.amazon_tax_advisor import COUNTRY_PREFIXES, get_territory

#: Kinds of a buyer's number that are no VAT number.
OTHER_NUMBERS = ("CITIZENID", "BUSINESS_REG", "CPF", "CNPJ")


class AmazonTaxAdvisor(models.AbstractModel):
    """In which return a document of Amazon's is declared, by its own statement."""

    _inherit = "amazon.tax.advisor"

    @api.private
    def find_document_place(self, lookups, document):
        """Return the `TaxPlace` of an ``amazon.vat.document`` with its order."""
        order = document.sale_order_id
        statement = Statement(
            home=self.get_home_country(lookups.company).code,
            responsibility=read_responsibility(document.responsibility),
            scheme=read_scheme(document.scheme),
            is_export=document.is_export,
            registration=self.get_number_country(
                document.seller_vat, document.seller_vat_country
            ),
            registrations=lookups.account._get_tax_registrations(),
            departure=find_territory(document.ship_from_country_id.code),
            destination=self._get_destination(
                order, document.ship_to_country_id.code, document.jurisdiction
            ),
            buyer_country=""
            if (document.buyer_vat_type or "").upper() in OTHER_NUMBERS
            else self.get_number_country(
                document.buyer_vat, document.buyer_vat_country
            ),
            is_taxed=self._is_any_taxed(
                amounts
                for line in document.line_ids
                for amounts in line._get_amounts().values()
            ),
        )
        return self.find_place(lookups, decide(statement), document.date)

    @api.private
    def find_vat_invoice_place(self, lookups, document):
        """Return the `TaxPlace` of an ``amazon.vat.invoice`` with its order.

        Such data have neither scheme nor responsibility.
        """
        statement = Statement(
            home=self.get_home_country(lookups.company).code,
            scheme=None,
            is_export=document.is_export or None,
            registration=self.get_number_country(document.seller_vat),
            registrations=lookups.account._get_tax_registrations(),
            departure=find_territory(document.ship_from_code),
            destination=self._get_destination(
                document.sale_order_id, document.ship_to_code
            ),
            buyer_country=self.get_number_country(document.buyer_vat),
            is_taxed=self._is_any_taxed(
                (line.amount_untaxed, line.amount_tax) for line in document.line_ids
            ),
            declares_oss=self._has_oss(lookups),
        )
        day = document.shipment_date and document.shipment_date.date()
        return self.find_place(lookups, decide(statement), day)

    def _is_any_taxed(self, amounts):
        """Whether VAT is charged; None where there is nothing that bears any.

        Part by part: what a promotion gives away altogether is taxed, too.

        :param amounts: iterable of ``(net, tax)``
        """
        amounts = list(amounts)
        if any(tax for _net, tax in amounts):
            return True
        return False if any(net for net, _tax in amounts) else None

    @api.private
    def get_number_country(self, number, country=""):
        """Return the code of the country of a tax number, ``""`` without one."""
        if not number:
            return ""
        code = number.strip()[:2].upper()
        if code != "XI":
            # Amazon calls a number of Northern Ireland one of the United Kingdom.
            code = (country or code).upper()
        return COUNTRY_PREFIXES.get(code, code) if code.isalpha() else ""

    def _get_destination(self, order, country, jurisdiction=""):
        """Return the ``Territory`` where goods arrive; None where it is unknown.

        Amazon names the country; the order's address has the postcode.
        """
        delivery = order.partner_shipping_id
        known = get_territory(delivery)
        if (jurisdiction or "").upper() == "NORTHERN IRELAND":
            return find_territory("XI")
        if not country or (known and known.country == find_territory(country).country):
            return known
        return find_territory(country)
