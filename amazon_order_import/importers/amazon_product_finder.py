from collections import defaultdict

from odoo import api, models


class AmazonProductFinder(models.AbstractModel):
    _name = "amazon.product.finder"
    _description = "Products of Amazon SKUs"

    @api.model
    def find_products(self, batch, works):
        """Look up the products of all rows of a batch: by offer, by internal reference.

        :param batch: ``OrderBatch``; its ``offers`` and ``products`` are filled
        :param works: list of ``RowWork``
        """
        skus = list({work.values.sku for work in works})
        for offer in self.env["amazon.offer"].search(
            [("account_id", "=", batch.account.id), ("sku", "in", skus)]
        ):
            batch.offers[offer.sku, offer.marketplace_id] = offer
        no_marketplace = self.env["amazon.marketplace"]
        by_reference = defaultdict(lambda: self.env["product.product"])
        for product in self.env["product.product"].search(
            [
                ("default_code", "in", skus),
                ("company_id", "in", [False, batch.company.id]),
            ]
        ):
            by_reference[product.default_code] |= product
        for work in works:
            sku, marketplace = work.values.sku, work.marketplace
            offer = batch.offers.get((sku, marketplace)) or batch.offers.get(
                (sku, no_marketplace)
            )
            batch.products[sku, marketplace] = (
                offer.product_id if offer else self.env["product.product"]
            ) or by_reference[sku]

    def get_product(self, batch, work):
        """Return the product of a row, or none where its SKU has to wait."""
        row = work.values
        product = batch.products[row.sku, work.marketplace]
        if len(product) == 1:
            return product
        policy = batch.account.unknown_sku_policy
        if product or policy == "wait":
            return product.browse()
        if policy == "placeholder":
            return batch.account.placeholder_product_id
        product = product.create(self._prepare_product_values(batch, row))
        batch.products[row.sku, work.marketplace] = product
        return product

    def _prepare_product_values(self, batch, row):
        return {
            "name": row.product_name or row.sku,
            "default_code": row.sku,
            "type": "consu",
            "is_storable": True,
            "company_id": batch.company.id,
        }

    def get_waiting(self, batch, work):
        """List the SKU of a row under SKU mapping and tell what the row waits for.

        :return: dict ``message``, ``offer_id`` for the row
        """
        row = work.values
        no_marketplace = self.env["amazon.marketplace"]
        offer = batch.offers.get((row.sku, work.marketplace)) or batch.offers.get(
            (row.sku, no_marketplace)
        )
        if not offer:
            offer = self.env["amazon.offer"].create(
                {
                    "account_id": batch.account.id,
                    "sku": row.sku,
                    "title": row.product_name,
                }
            )
            batch.offers[row.sku, no_marketplace] = offer
        if len(batch.products[row.sku, work.marketplace]) > 1:
            message = self.env._(
                "Several products have the internal reference %(sku)s. Choose one "
                "under Amazon > Configuration > SKU Mapping, then process again.",
                sku=row.sku,
            )
        else:
            message = self.env._(
                "No product for the SKU %(sku)s (%(title)s) of order %(order)s. Choose "
                "one under Amazon > Configuration > SKU Mapping, then process again.",
                sku=row.sku,
                title=row.product_name,
                order=row.order_id,
            )
        return {"message": message, "offer_id": offer.id}
