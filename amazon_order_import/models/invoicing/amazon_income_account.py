from odoo import api, models


class AmazonIncomeAccount(models.AbstractModel):
    """The revenue account of an amount: shipping follows the goods' rate to theirs."""

    _name = "amazon.income.account"
    _description = "Revenue Accounts of Amazon's Amounts"

    @api.private
    def find(self, company, product, item, taxes, position):
        """Return the account of a line, or none where Odoo's own choice stands.

        Charts have a revenue account for each rate, with its tax. Where the account of
        the line's product is that of another rate, the one of the right rate counts.

        :param product: ``product.product`` record of the line
        :param item: ``product.product`` record of the goods that it belongs to
        :param taxes: ``account.tax`` records of the line
        :param position: ``account.fiscal.position`` record; may be empty
        """
        account = self._get_account(company, product)
        home = self._get_home_taxes(company, item, taxes)
        if (
            not account.tax_ids
            or account.tax_ids & home
            or not home
            or (product == item and self._is_chosen(company, item))
        ):
            return account.browse()
        right = self._get_account(company, item)
        if not (right.tax_ids & home or self._is_chosen(company, item)):
            right = account.search(
                [
                    *account._check_company_domain(company),
                    ("internal_group", "=", "income"),
                    ("tax_ids", "in", home.ids),
                ],
                limit=1,
            )
        return position.map_account(right)

    def _get_account(self, company, product):
        template = product.product_tmpl_id.with_company(company)
        return template._get_product_accounts()["income"]

    def _is_chosen(self, company, product):
        """Whether a person gave the product an account of its own."""
        return bool(product.with_company(company).property_account_income_id)

    def _get_home_taxes(self, company, item, taxes):
        """Return the taxes at home that the rate of a sale stands for."""
        stand_for = taxes | taxes.original_tax_ids
        own = item.taxes_id._filter_taxes_by_company(company)
        return (stand_for & own) or stand_for
