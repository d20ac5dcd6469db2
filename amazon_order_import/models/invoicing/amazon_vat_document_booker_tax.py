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
        account, own = lookups.account, line.sale_line.tax_ids
        if place.is_collected_by_amazon:
            return account.withheld_tax_ids or own.filtered(lambda tax: not tax.amount)
        item = line.source.sale_line_id
        return self.env["amazon.tax.finder"].find_fitting(
            lookups,
            place,
            item.product_id.taxes_id._filter_taxes_by_company(lookups.company),
            line.net,
            line.tax,
            line.quantity,
            line.source._get_rate(),
        )
