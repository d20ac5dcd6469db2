"""The taxes in the journal entries of Amazon's documents."""

from odoo import models


class AmazonVatDocumentBooker(models.AbstractModel):
    _inherit = "amazon.vat.document.booker"

    def _choose_taxes(self, lookups, place, line):
        """Return the taxes of an entry's line: those with Amazon's rate.

        :param place: ``TaxPlace`` of the document
        :param line: ``EntryLine``
        :raise TaxMissing: where Odoo has no such tax
        """
        item = line.source.sale_line_id
        if place.is_collected_by_amazon:
            return self._choose_free_taxes(lookups, place, line)
        return self.env["amazon.tax.finder"].find_fitting(
            lookups,
            place,
            item.product_id.taxes_id._filter_taxes_by_company(lookups.company),
            line.net,
            line.tax,
            line.quantity,
            line.source._get_rate(),
        )

    def _choose_free_taxes(self, lookups, place, line):
        """Return the taxes of a supply to Amazon, which owes the VAT: 0 %, or none.

        At home those that the order has. Elsewhere those of the fiscal position only:
        the order's own may be those of an export from home.
        """
        taxes = line.sale_line.tax_ids
        home = self.env["amazon.tax.advisor"].get_home_country(lookups.company).code
        if place.decision.registration not in ("", home):
            position = place.fiscal_position
            taxes = line.source.sale_line_id.product_id.taxes_id
            taxes = taxes._filter_taxes_by_company(lookups.company)
            taxes = position.map_tax(taxes) if position else taxes.browse()
        return lookups.account.withheld_tax_ids or taxes.filtered(
            lambda tax: not tax.amount
        )
