from odoo import Command, models


class AmazonAccount(models.Model):
    """The tax that bears amounts of Amazon's that are of no rate in Odoo."""

    _inherit = "amazon.account"

    def _get_stated_tax(self):
        """Return the tax that carries a tax amount of Amazon's where Odoo has no tax.

        It is a tax of 0 %: the amount is Amazon's, not computed. Created when first
        needed. The amounts are owed, so that they are no revenue.
        """
        self.ensure_one()
        account = self.sudo().with_company(self.company_id)
        if not account.stated_tax_id:
            account.stated_tax_id = account._create_stated_tax()
        tax = account.stated_tax_id
        # Odoo does not know the lines of a new tax by their common field yet.
        lines = tax.invoice_repartition_line_ids | tax.refund_repartition_line_ids
        lines = lines.filtered(
            lambda line: line.repartition_type == "tax" and not line.account_id
        )
        if lines and (owed := account._find_owed_account()):
            lines.account_id = owed
        return tax

    def _create_stated_tax(self):
        company = self.company_id
        country = company.account_fiscal_country_id
        group = self._find_stated_group()
        # Another account may have had this name, or have it.
        name = self.env._("Tax stated by Amazon (%s)", self.name)
        tax = self.env["account.tax"].create(
            {
                "name": self.env["amazon.tax.finder"]._get_free_name(company, name),
                "amount": 0.0,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "tax_group_id": group.id,
                "country_id": country.id,
                "company_id": company.id,
                "price_include_override": "tax_excluded",
            }
        )
        # It is chosen by name only, never by its rate.
        tax.fiscal_position_ids = [Command.clear()]
        return tax

    def _find_stated_group(self):
        """Return the group of such taxes: its name stands in the totals of orders."""
        company = self.company_id
        country = company.account_fiscal_country_id
        name = self.env._("Tax stated by Amazon")
        Group = self.env["account.tax.group"]
        known = Group.search(
            [
                ("name", "=", name),
                ("company_id", "=", company.id),
                ("country_id", "=", country.id),
            ],
            limit=1,
        )
        if known:
            return known
        usual = company.account_sale_tax_id.tax_group_id
        if usual.company_id == company and usual.country_id == country:
            # The accounts of the VAT return are the usual ones.
            return usual.copy({"name": name})
        return Group.create(
            {"name": name, "company_id": company.id, "country_id": country.id}
        )

    def _find_owed_account(self):
        """Return the account of what is owed as tax on sales, or none."""
        Line = self.env["account.tax.repartition.line"]
        company = self.company_id
        usual = company.account_sale_tax_id.invoice_repartition_line_ids.account_id
        return (
            usual
            or Line.search(
                [
                    ("company_id", "=", company.id),
                    ("tax_id.type_tax_use", "=", "sale"),
                    ("repartition_type", "=", "tax"),
                    ("document_type", "=", "invoice"),
                    ("account_id.internal_group", "=", "liability"),
                ]
            ).account_id
        )[:1]
