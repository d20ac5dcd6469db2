from collections import defaultdict

from odoo import api, models

from ...models.order.lookups import ProductLookups, SoldSku


class AmazonReturnLinker(models.AbstractModel):
    """Links returns to orders, their lines and products."""

    _name = "amazon.return.linker"
    _description = "Orders and Products of Returns to Amazon"

    @api.private
    def link(self, account, returns):
        """Link returns to the order line and product that came back.

        :param account: ``amazon.account`` record of all of them
        :param returns: ``amazon.return`` records
        """
        lines_by_sku = defaultdict(self.env["sale.order.line"].browse)
        for line in returns.sale_order_id.order_line:
            if line.product_id and line.product_uom_qty > 0:
                sku = line.amazon_row_id.sku
                lines_by_sku[line.order_id, sku or line.product_id] |= line
        returned = self._count_returned(returns.sale_order_id)
        products = self._find_products(account, returns)
        for record in returns:
            order, product = record.sale_order_id, products[record]
            lines = lines_by_sku.get((order, record.sku)) or lines_by_sku.get(
                (order, product), self.env["sale.order.line"]
            )
            lines = lines.filtered(
                lambda line: line.amazon_line_type in ("item", False)
            )
            free = lines.filtered(
                lambda line, record=record: (
                    line.product_uom_qty - returned[line] >= record.quantity
                )
            )
            line = (free or lines)[:1]
            returned[line] += record.quantity
            record.write(
                {
                    "sale_line_id": line.id,
                    "product_id": (line.product_id or product).id,
                }
            )

    def _count_returned(self, orders):
        counts = defaultdict(float)
        counts.update(
            self.env["amazon.return"]._read_group(
                [
                    ("sale_order_id", "in", orders.ids),
                    ("sale_line_id", "!=", False),
                ],
                ["sale_line_id"],
                ["quantity:sum"],
            )
        )
        return counts

    def _find_products(self, account, returns):
        """Return ``{amazon.return: product}``, by SKU."""
        wanted = {
            record: SoldSku(
                record.sku, self._get_marketplace(record), record.asin or ""
            )
            for record in returns
        }
        lookups = ProductLookups(account)
        if wanted:
            self.env["amazon.product.finder"].find_products(
                lookups, list(wanted.values())
            )
        return {
            record: lookups.matches[sold.sku, sold.marketplace].product
            for record, sold in wanted.items()
        }

    def _get_marketplace(self, record):
        return record.sale_order_id.amazon_marketplace_id

    @api.private
    def join_orders(self, company, orders):
        """Link returns to orders, or their lines, that were imported without them.

        :param company: ``res.company`` record
        :param orders: ``sale.order`` records that are imported now
        """
        known = self.env["amazon.return"].search(
            [
                ("company_id", "=", company.id),
                ("order_ref", "in", orders.mapped("amazon_order_ref")),
                ("sale_line_id", "=", False),
            ]
        )
        by_ref = {order.amazon_order_ref: order for order in orders}
        for record in known:
            record.sale_order_id = by_ref[record.order_ref]
            record.row_ids.sale_order_id = record.sale_order_id
        for account, returns in known.grouped("account_id").items():
            self.link(account, returns)
            self.env["amazon.stock.booker"].book_returns(returns)
            self.env["amazon.stock.booker"].join_return_moves(returns)
            returns._attach_credit_notes()
