from odoo import models

from ...messages import MessageError, message


class ResCurrency(models.Model):
    _inherit = "res.currency"

    def _check_amazon_rate(self, company):
        """Refuse currencies of which nobody told a rate: Odoo would take 1.

        :param company: ``res.company`` record whose books are kept
        :raise MessageError: says which rate is missing, and where to enter it
        """
        for currency in self - company.currency_id:
            if currency.rate_ids.filtered(
                lambda rate: rate.company_id.id in (False, company.root_id.id)
            ):
                continue
            raise MessageError(
                self.env,
                message(
                    "missing_rate",
                    currency=currency.name,
                    company=company.currency_id.name,
                ),
            )
