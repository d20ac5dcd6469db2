from odoo import api, fields, models


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    is_amazon = fields.Boolean(
        "Amazon Pricelist",
        copy=False,
        help="Gives imported Amazon orders their currency; it holds no prices",
    )

    _amazon_unique = models.UniqueIndex(
        "(company_id, currency_id) WHERE is_amazon IS TRUE",
        "The company has an Amazon pricelist in this currency already.",
    )

    @api.model
    def _get_amazon_pricelists(self, company, currencies):
        """Return the price lists that carry the currency of Amazon orders.

        An order's currency in Odoo comes from its price list. Missing lists are
        created, inactive currencies switched on.

        :param company: the company that sells
        :param currencies: ``res.currency`` records
        :return: dict ``{currency: product.pricelist}``
        """
        # Odoo archives all price lists whenever somebody saves the settings while the
        # feature is off; these serve all the same.
        pricelists = self.browse(
            self.with_context(active_test=False)
            .search(
                [
                    ("is_amazon", "=", True),
                    ("company_id", "=", company.id),
                    ("currency_id", "in", currencies.ids),
                ]
            )
            .ids
        )
        missing = currencies - pricelists.currency_id
        if missing:
            missing.filtered(lambda currency: not currency.active).active = True
            pricelists |= self.create(
                [
                    {
                        "name": self.env._("Amazon %(currency)s", currency=c.name),
                        "currency_id": c.id,
                        "company_id": company.id,
                        "is_amazon": True,
                    }
                    for c in missing
                ]
            )
        return {pricelist.currency_id: pricelist for pricelist in pricelists}
