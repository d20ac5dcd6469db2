"""What the tests of stock, returns and counts begin with."""

from datetime import datetime

from ..common import AmazonCase, shared_path

MFN = "mfn_orders_eu"
FBA = "fba_orders_eu"
INVENTORY = "fba_inventory"
RETURNS = "fba_returns"
REF = "302-0000001-0000001"
FBA_REF = "305-0000001-0000001"
SHIPPED = datetime(2026, 10, 6, 19, 0)
RETURN = {
    "return-date": "2026-10-20T10:00:00+00:00",
    "order-id": FBA_REF,
    "sku": "MUG-RED",
    "asin": "B0TESTMUG1",
    "fnsku": "X00MUG",
    "product-name": "Mug",
    "quantity": "1",
    "fulfillment-center-id": "LEJ1",
    "detailed-disposition": "SELLABLE",
    "reason": "UNWANTED_ITEM",
    "status": "Unit returned to inventory",
    "license-plate-number": "LPN1",
    "customer-comments": "",
}
STOCK = {
    "sku": "MUG-RED",
    "fnsku": "",
    "asin": "",
    "product-name": "Mug",
    "condition": "New",
    "mfn-listing-exists": "No",
    "mfn-fulfillable-quantity": "",
    "afn-listing-exists": "Yes",
    "afn-fulfillable-quantity": "5",
    "afn-unsellable-quantity": "0",
    "afn-reserved-quantity": "0",
    "afn-inbound-working-quantity": "0",
    "afn-inbound-shipped-quantity": "0",
    "afn-inbound-receiving-quantity": "0",
    "afn-researching-quantity": "0",
    "store": "",
}
SHORT = {
    "sellable": "afn-fulfillable-quantity",
    "unsellable": "afn-unsellable-quantity",
    "reserved": "afn-reserved-quantity",
    "listed": "afn-listing-exists",
    "inbound": "afn-inbound-shipped-quantity",
    "researching": "afn-researching-quantity",
}


def stock_file(*rows):
    """Return a file of FBA stock made of changes of ``STOCK``."""
    lines = ["\t".join(STOCK)]
    for row in rows:
        cells = {SHORT.get(name, name): str(cell) for name, cell in row.items()}
        lines.append("\t".join({**STOCK, **cells}.values()))
    return "\r\n".join(lines).encode()


class StockCase(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mug = cls.products["MUG-RED"]

    def get_location(self, country_code):
        country = self.env["res.country"].search([("code", "=", country_code)])
        return self.account._get_fba_location(country)

    def get_moves(self, order):
        return order.order_line.move_ids.sorted("id")

    def get_stock(self, product, location):
        """Return the quantity there, and that nothing of it is reserved."""
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "child_of", location.id)]
        )
        self.assertEqual(sum(quants.mapped("reserved_quantity")), 0.0)
        return sum(quants.mapped("quantity"))

    def add_stock(self, product, location, quantity, lot=None):
        self.env["stock.quant"]._update_available_quantity(
            product, location, quantity, lot_id=lot
        )

    def items(self, order):
        return order.order_line.filtered(lambda line: line.amazon_line_type == "item")

    def tag(self, name):
        return self.env.ref(f"amazon_order_import.tag_{name}")


class InventoryCase(StockCase):
    def stock(self, *rows, account=None, pool=None, moment=None):
        reports = self.env["amazon.report"].with_context(
            default_stock_pool=pool, default_stock_moment=moment
        )
        report = reports.create_from_file(
            account or self.account, INVENTORY, "stock.txt", stock_file(*rows)
        )
        report.process()
        return report.with_env(self.env)

    def snapshot(self, report):
        return self.env["amazon.stock.snapshot"].search([("report_id", "=", report.id)])

    def figures(self, report):
        """Return ``{SKU: (sellable, unsellable, reserved, inbound, researching)}``."""
        return {
            level.sku: (
                level.qty_sellable,
                level.qty_unsellable,
                level.qty_reserved,
                level.qty_inbound,
                level.qty_researching,
            )
            for level in self.snapshot(report).level_ids
        }

    def sample(self, name):
        path = shared_path(f"samples/{name}")
        if not path:
            self.skipTest("the shared samples are not beside the project")
        return self.import_file(INVENTORY, path.read_bytes(), name=name)

    def difference(self, product):
        self.env.flush_all()
        self.env["amazon.stock.difference"].invalidate_model()
        return self.env["amazon.stock.difference"].search(
            [("product_id", "=", product.id), ("account_id", "=", self.account.id)]
        )

    def check_difference(self, product, sellable, unsellable=0.0):
        found = self.difference(product)
        self.assertEqual(
            (found.difference_sellable, found.difference_unsellable),
            (sellable, unsellable),
        )
        return found


class ReturnCase(StockCase):
    def returns(self, *rows, account=None):
        """Import a report of returns made of changes of ``RETURN``."""
        lines = ["\t".join(RETURN)]
        lines += ["\t".join({**RETURN, **row}.values()) for row in rows]
        content = "\r\n".join(lines).encode()
        return self.import_file(RETURNS, content, account)

    def found(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["amazon.return"].search(domain, order="id")
