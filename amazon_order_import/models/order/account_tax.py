from odoo import api, models


class AccountTax(models.Model):
    _inherit = "account.tax"

    @api.model
    def _import_base_line_extra_tax_data(self, base_line, extra_tax_data):
        """Keep an exact line total also where the line has no tax.

        Odoo fixes the amounts of a line through its taxes; a line without any tax
        would fall back to quantity times the rounded unit price (3 pieces for 10.00
        give 9.99).
        """
        results = super()._import_base_line_extra_tax_data(base_line, extra_tax_data)
        if (
            extra_tax_data
            and not base_line["tax_ids"]
            and "manual_total_excluded_currency" in extra_tax_data
            and not extra_tax_data.get("manual_tax_amounts")
            and base_line["currency_id"].id == extra_tax_data["currency_id"]
            and all(
                base_line["currency_id"].compare_amounts(
                    base_line[field], extra_tax_data[field]
                )
                == 0
                for field in ("price_unit", "discount", "quantity")
            )
        ):
            results["price_unit"] = extra_tax_data["price_unit"]
            results["manual_total_excluded_currency"] = extra_tax_data[
                "manual_total_excluded_currency"
            ]
        return results
