from unittest.mock import patch

from odoo.tests import tagged

from ..common import AmazonCase

KIND = "mfn_orders_eu"
ORDER = "302-0000001-0000001"


@tagged("post_install", "-at_install")
class TestRepeated(AmazonCase):
    """Orders that a report repeats word by word, and those that only look like it."""

    def tell(self, *rows, times=1):
        """Import rows; return the report and how often an order was worked out."""
        cls = type(self.env["amazon.order.importer"])
        original, worked_out = cls._update_order, []

        def update(importer, lookups, order, works):
            worked_out.append(order)
            return original(importer, lookups, order, works)

        with patch.object(cls, "_update_order", update):
            for _time in range(times):
                report = self.import_lines(KIND, *(rows or ({},)))
        return report, len(worked_out)

    def test_word_by_word(self):
        rows = [{}, {"order-item-id": "10000000000002", "sku": "LAMP-1"}]
        first, _count = self.tell(*rows)
        order = self.get_order(ORDER)
        report, count = self.tell(*rows, times=2)
        self.assertEqual(count, 0)
        self.assertEqual(self.outcomes(report), ["unchanged"] * 2)
        self.assertEqual(report.row_ids.sale_order_id, order)
        self.assertEqual(report.state, "done")
        self.assertEqual(order.order_line.amazon_row_id, first.row_ids)

    def test_another_amount(self):
        self.tell()
        _report, count = self.tell({"item-price": "21.99"})
        self.assertEqual(count, 1)

    def test_another_address(self):
        self.tell()
        self.tell({"ship-city": "Nürnberg"})
        report, count = self.tell({"ship-city": "Nürnberg"})
        self.assertEqual(count, 1, "the address is not that of the item's row")
        self.assertEqual(self.outcomes(report), ["unchanged"])

    def test_back_to_what_was_before(self):
        """The first file once more is no news where a later one changed the order."""
        self.tell({"shipping-price": "4.99"})
        self.tell({"shipping-price": "5.99"})
        _report, count = self.tell({"shipping-price": "4.99"})
        self.assertEqual(count, 1)

    def test_emptied_by_a_cancellation(self):
        self.tell()
        self.tell({"quantity-purchased": "0"})
        _report, count = self.tell()
        self.assertEqual(count, 1)

    def test_quotations_are_worked_out(self):
        self.account.order_workflow = "quotation"
        self.tell()
        _report, count = self.tell()
        self.assertEqual(count, 1)

    def test_one_row_differs(self):
        """An order is worked out as a whole."""
        rows = [{}, {"order-item-id": "10000000000002", "sku": "LAMP-1"}]
        self.tell(*rows)
        report, count = self.tell(rows[0], rows[1] | {"item-price": "25.00"})
        self.assertEqual(count, 1)
        self.assertEqual(self.outcomes(report)[0], "unchanged")
