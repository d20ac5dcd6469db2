from odoo import models

from ...models.order.lookups import OrderLookups, SoldSku


class AmazonOrderImporter(models.AbstractModel):
    """What is looked up for a batch of orders, by one query for all of them."""

    _inherit = "amazon.order.importer"

    def _get_lookups(self, report, groups):
        lookups = OrderLookups.of(report)
        works = [work for group in groups.values() for work in group]
        self._find_orders(lookups, groups)
        self._prepare_lookups(lookups, works)
        self.env["amazon.product.finder"].find_products(
            lookups.products,
            [
                SoldSku(work.values.sku, work.marketplace, work.values.asin)
                for work in works
            ],
        )
        codes = {self._get_currency_code(lookups, work) for work in works}
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(codes))])
        )
        lookups.currencies = {currency.name: currency for currency in currencies}
        lookups.pricelists = self.env["product.pricelist"]._get_amazon_pricelists(
            lookups.company, currencies
        )
        lookups.channels = {
            channel.marketplace_id: channel
            for channel in lookups.account.channel_ids
            if channel.active
        }
        return lookups

    def _find_orders(self, lookups, groups):
        orders = self.env["sale.order"].search(
            [
                ("company_id", "=", lookups.company.id),
                ("amazon_order_ref", "in", list(groups)),
                # Another connector has a field of this name, too.
                ("amazon_account_id", "!=", False),
            ]
        )
        lookups.orders = {order.amazon_order_ref: order for order in orders}
        self._index_lines(lookups, orders.order_line)
        self._find_cancelled(lookups, groups.keys() - lookups.orders.keys())

    def _find_cancelled(self, lookups, order_refs):
        """Note which items of unknown orders a later report told to be cancelled.

        :param order_refs: Amazon order numbers
        """
        if not order_refs:
            return
        rows = self.env["amazon.report.row"].search(
            [
                ("company_id", "=", lookups.company.id),
                ("report_id", "!=", lookups.report.id),
                ("report_id.kind", "=", lookups.report.kind),
                ("order_ref", "in", list(order_refs)),
                ("outcome", "=", "cancelled"),
            ]
        )
        lookups.cancelled = {
            (row.order_ref, row.row_key)
            for row in rows
            if lookups.report._is_older_than(row.report_id)
        }

    def _index_lines(self, lookups, lines):
        """Note lines by what identifies the row they were made of."""
        for line in lines.filtered("amazon_row_key").sorted("id"):
            order, key = line.order_id, line.amazon_row_key
            lookups.lines[order, key, line.amazon_line_type] = line
            if line.amazon_fingerprint and line.amazon_line_type == "item":
                for name in (line.amazon_fingerprint, self._split_key(key)[0]):
                    lookups.fingerprints.setdefault((order, name), []).append(line)

    def _get_currency_code(self, lookups, work):
        """Return the currency of a row; free rows may come without one."""
        local = work.marketplace.currency_id or lookups.company.currency_id
        return work.values.currency or local.name

    def _get_warehouse(self, lookups, channel):
        warehouse = (channel and channel.warehouse_id) or lookups.account.warehouse_id
        if not warehouse:
            if lookups.warehouse is None:
                lookups.warehouse = self.env["stock.warehouse"].search(
                    [("company_id", "=", lookups.company.id)], limit=1
                )
            warehouse = lookups.warehouse
        return warehouse

    def _get_order_defaults(self, lookups):
        """Return defaults that Odoo would look up anew for each order of a batch."""
        if lookups.order_defaults is None:
            Order = self.env["sale.order"]
            names = ("campaign_id", "medium_id", "source_id", "quotation_document_ids")
            known = [name for name in names if name in Order._fields]
            lookups.order_defaults = dict.fromkeys(known, False) | Order.default_get(
                known
            )
        return lookups.order_defaults
