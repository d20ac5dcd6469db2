"""The taxes in the journal entries of Amazon's documents."""

from odoo import models

from ...messages import MessageError, Name, message


class AmazonVatDocumentBooker(models.AbstractModel):
    _inherit = "amazon.vat.document.booker"

    def _choose_taxes(self, lookups, treatment, line):
        """Return the taxes of an entry's line: those of its fiscal position.

        :param line: ``EntryLine``
        :raise UserError: where VAT of another country would be booked as one's own
        """
        account, own = lookups.account, line.sale_line.tax_ids
        if treatment.collected_by_amazon:
            return account.withheld_tax_ids or own.filtered(lambda tax: not tax.amount)
        item = line.source.sale_line_id
        mapped = treatment.fiscal_position.map_tax(
            item.product_id.taxes_id._filter_taxes_by_company(lookups.company)
        )
        for taxes in (mapped, own):
            if taxes and self._fits_rate(lookups, line, taxes):
                return taxes
        self._check_tax_country(line)
        taxes = mapped or own
        if line.tax and not taxes:
            return account._get_stated_tax()
        if line.net and not line.tax:
            # Else the tax authority would get the amount as one with tax.
            return taxes.filtered(
                lambda tax: not any(tax.flatten_taxes_hierarchy().mapped("amount"))
            )
        return taxes

    def _fits_rate(self, lookups, line, taxes):
        return self.env["amazon.order.amounts"].fits_rate(
            lookups,
            taxes,
            line.net,
            line.tax,
            line.source.currency_id,
            line.quantity,
        )

    def _check_tax_country(self, line):
        """Refuse VAT of a sale within another country that no tax of Odoo's fits."""
        document = line.source.document_id
        country = document.ship_to_country_id
        home = self.env["amazon.tax.advisor"].get_home_country(document.company_id)
        is_within = country and country == document.ship_from_country_id
        if line.tax and is_within and country != home:
            raise MessageError(
                self.env, message("tax_of_other_country", country=Name.of(country))
            )
