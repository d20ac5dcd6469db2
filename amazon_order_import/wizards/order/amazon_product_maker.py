import re
from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...report_formats import SaleRow

#: What a barcode of a product looks like: EAN-8, UPC, EAN-13, GTIN-14.
BARCODE = re.compile(r"\d{8}|\d{12,14}")


class AmazonProductMaker(models.TransientModel):
    """Products for all unknown SKUs at once: those that fit, or new ones."""

    _name = "amazon.product.maker"
    _inherit = ["amazon.wizard"]
    _description = "Products for Unknown SKUs"

    line_ids = fields.One2many("amazon.product.maker.line", "maker_id")
    may_create = fields.Boolean(compute="_compute_may_create")
    report_id = fields.Many2one("amazon.report", readonly=True)

    @api.depends_context("uid")
    def _compute_may_create(self):
        self.may_create = self.env["product.product"].has_access("create")

    @api.model
    def _show(self, offers, report=None):
        """Return the action that offers products for SKUs.

        :param offers: ``amazon.offer`` records
        :param report: ``amazon.report`` record from which somebody comes, or None
        """
        offers = offers.filtered(lambda offer: not offer.product_id)
        if not offers:
            raise UserError(self.env._("All these SKUs have their product already."))
        may_create = self.env["product.product"].has_access("create")
        fitting = self._find_fitting(offers)
        prices = self._find_prices(offers)
        maker = self.create(
            {
                "report_id": report and report.id,
                "line_ids": [
                    Command.create(
                        {
                            **self._prepare_line(offer),
                            "product_id": fitting[offer].id,
                            "price": prices.get(offer, 0.0),
                            "is_wanted": may_create or bool(fitting[offer]),
                        }
                    )
                    for offer in offers
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Products for Unknown SKUs"),
            "res_model": self._name,
            "res_id": maker.id,
            "view_mode": "form",
            "target": "new",
        }

    def _prepare_line(self, offer):
        reference = offer.account_id._get_sku_rule().apply(offer.sku) or offer.sku
        return {
            "offer_id": offer.id,
            "name": offer.title or offer.sku,
            "default_code": reference,
            "barcode": offer.sku if BARCODE.fullmatch(offer.sku) else False,
        }

    def _find_fitting(self, offers):
        """Return the one product that a SKU probably means, by offer; or none.

        One whose internal reference or barcode differs in case and signs only, or
        that is called as Amazon calls the item.
        """
        Product = self.env["product.product"]
        keys = {offer: _letters(offer.sku) for offer in offers}
        titles = {offer: (offer.title or "").casefold() for offer in offers}
        Product.flush_model(["default_code", "barcode"])
        found = self.env.execute_query(
            SQL(
                """
                SELECT id FROM product_product
                 WHERE regexp_replace(lower(default_code), '[^[:alnum:]]', '', 'g')
                       = ANY(%(keys)s)
                    OR barcode = ANY(%(skus)s)
                """,
                keys=list(set(keys.values()) - {""}),
                skus=offers.mapped("sku"),
            )
        )
        wanted = [("id", "in", [id_ for (id_,) in found])]
        if names := list(filter(None, offers.mapped("title"))):
            wanted = ["|", *wanted, ("name", "in", names)]
        by_key = defaultdict(Product.browse)
        for product in Product.search(
            [("company_id", "in", [False, *offers.company_id.ids]), *wanted]
        ):
            for key in {
                _letters(product.default_code),
                product.barcode,
                product.name.casefold(),
            } - {"", False}:
                by_key[key] |= product
        fitting = {}
        for offer in offers:
            candidates = [
                by_key.get(k) for k in (keys[offer], offer.sku, titles[offer])
            ]
            fitting[offer] = next(
                (
                    products
                    for products in candidates
                    if products and len(products) == 1
                ),
                Product,
            )
        return fitting

    def _find_prices(self, offers):
        """Return what a piece cost at Amazon, in the company's currency, by offer."""
        rows = {offer: offer.waiting_row_ids[:1] for offer in offers}
        told = {offer: row._read_again().values for offer, row in rows.items() if row}
        sales = {
            offer: sold
            for offer, sold in told.items()
            if isinstance(sold, SaleRow) and sold.quantity and sold.item_price
        }
        names = {sold.currency for sold in sales.values()}
        currencies = self.env["res.currency"].search([("name", "in", list(names))])
        by_name = currencies.grouped("name")
        prices = {}
        for offer, sold in sales.items():
            price = float(Decimal(sold.item_price) / sold.quantity)
            own, currency = offer.company_id.currency_id, by_name.get(sold.currency)
            prices[offer] = own.round(
                currency._convert(price, own, offer.company_id) if currency else price
            )
        return prices

    def action_make(self):
        """Create the products that are wanted, and give the SKUs theirs."""
        self.check_access("read")
        self.ensure_one()
        lines = self.line_ids.filtered("is_wanted")
        if not lines:
            raise UserError(self.env._("Choose at least one SKU."))
        new = lines.filtered(lambda line: not line.product_id)
        by_reference = {}
        for line in new:
            by_reference.setdefault((line.offer_id.company_id, line.default_code), line)
        products = self.env["product.product"].create(
            [line._prepare_product() for line in by_reference.values()]
        )
        made = dict(zip(by_reference, products, strict=True))
        for line in new:
            line.product_id = made[line.offer_id.company_id, line.default_code]
        lines.offer_id._assign({line.offer_id: line.product_id for line in lines})
        return lines.offer_id._notify_processed()


def _letters(text):
    return "".join(char for char in (text or "").lower() if char.isalnum())
