from unittest.mock import patch

from odoo.tests import tagged

from ...messages import get_message
from .rows_case import MFN, REF, RowsCase


@tagged("post_install", "-at_install")
class TestUnknownSkus(RowsCase):
    """Rows whose SKU has no product, and what becomes of them."""

    # === UNKNOWN SKU === #

    def test_unknown_sku_waits(self):
        report = self.import_lines(
            MFN, {"sku": "NEW"}, {"order-id": "302-0000001-0000002"}
        )
        self.assertEqual(self.outcomes(report), ["waiting", "created"])
        self.assertEqual(report.state, "attention")
        row = report.row_ids.sorted("number")[0]
        self.assertEqual(row.code, "unknown_sku")
        self.assertIn("NEW", row.message)
        self.assertEqual(get_message(row, "message").values["sku"], "NEW")
        offer = self.env["amazon.offer"].search([("sku", "=", "NEW")])
        self.assertEqual(row.offer_id, offer)
        self.assertEqual(offer.waiting_row_count, 1)
        self.assertEqual(self.account.offer_waiting_count, 1)
        self.assertFalse(self.get_order(REF))
        self.import_lines(MFN, {"sku": "NEW"})
        self.assertEqual(len(self.env["amazon.offer"].search([("sku", "=", "NEW")])), 1)

    def test_mapping_imports_only_what_waited(self):
        report = self.import_lines(
            MFN, {"sku": "NEW"}, {"order-id": "302-0000001-0000002"}
        )
        known = self.get_order("302-0000001-0000002")
        offer = report.row_ids.offer_id
        calls = []
        importer = type(self.env["amazon.order.importer"])
        original = importer.import_rows

        def import_rows(records, report, pairs):
            calls.extend(row.number for row, _parsed in pairs)
            return original(records, report, pairs)

        with patch.object(importer, "import_rows", import_rows):
            offer.product_id = self.products["LAMP-1"]
            offer.action_process_waiting()
            report.process()
        self.assertEqual(calls, [1])
        self.assertEqual(self.outcomes(report), ["created", "created"])
        self.assertEqual(report.state, "done")
        order = self.get_order(REF)
        self.assertEqual(order.order_line.product_id, self.products["LAMP-1"])
        self.assertEqual(order.state, "sale")
        self.assertEqual(len(known.order_line), 1)
        self.assertEqual(offer.waiting_row_count, 0)

    def test_offer_of_a_marketplace_comes_first(self):
        values = {"account_id": self.account.id, "sku": "NEW"}
        self.env["amazon.offer"].create(
            [
                dict(values, product_id=self.products["LAMP-1"].id),
                dict(
                    values,
                    product_id=self.products["TOWEL-XL"].id,
                    marketplace_id=self.env.ref(
                        "amazon_order_import.amazon_marketplace_fr"
                    ).id,
                ),
            ]
        )
        self.import_lines(
            MFN,
            {"sku": "NEW"},
            {"sku": "NEW", "order-item-id": "2", "sales-channel": "Amazon.fr"},
        )
        order = self.get_order(REF)
        self.assertEqual(
            order.order_line.product_id,
            self.products["LAMP-1"] + self.products["TOWEL-XL"],
        )

    def test_sku_is_case_sensitive(self):
        report = self.import_lines(MFN, {"sku": "mug-red"})
        self.assertEqual(self.outcomes(report), ["waiting"])

    def test_ambiguous_reference_waits(self):
        self.products["LAMP-1"].default_code = "MUG-RED"
        report = self.import_lines(MFN, {})
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertIn("Several products", report.row_ids.message)

    def test_placeholder(self):
        self.account.unknown_sku_policy = "placeholder"
        report = self.import_lines(MFN, {"sku": "NEW"})
        self.assertEqual(self.outcomes(report), ["created"])
        order = self.get_order(REF)
        self.assertEqual(
            order.order_line.product_id, self.account.placeholder_product_id
        )
        self.assertEqual(order.amount_total, 19.99)
        self.assertIn(
            "NEW",
            order.order_line.name,
            "Without the SKU nobody knows what to send",
        )

    def test_create(self):
        self.account.unknown_sku_policy = "create"
        report = self.import_lines(
            MFN,
            {"sku": "NEW", "product-name": "New thing"},
            {"sku": "NEW", "order-item-id": "2"},
            {
                "order-id": "302-0000001-0000002",
                "sku": "NEW",
                "sales-channel": "Amazon.fr",
            },
        )
        self.assertEqual(self.outcomes(report), ["created"] * 3)
        product = self.env["product.product"].search([("default_code", "=", "NEW")])
        self.assertEqual(len(product), 1, "One product, on however many marketplaces")
        self.assertEqual(product.name, "New thing")

    def test_incomplete_order_stays_quotation(self):
        report = self.import_lines(
            MFN, {"order-item-id": "1"}, {"order-item-id": "2", "sku": "NEW"}
        )
        order = self.get_order(REF)
        self.assertEqual(order.state, "draft")
        self.assertEqual(self.outcomes(report), ["created", "waiting"])
        report.row_ids.offer_id.product_id = self.products["LAMP-1"]
        report._process_again()
        report.process()
        self.assertEqual(order.state, "sale")
        self.assertEqual(len(order.order_line), 2)
        self.assertEqual(report.state, "done")

    def test_later_report_settles_older_row(self):
        older = self.import_lines(
            MFN, {"order-item-id": "1"}, {"order-item-id": "2", "sku": "NEW"}
        )
        waiting = older.row_ids.offer_id
        self.products["LAMP-1"].default_code = "NEW"
        later = self.import_lines(
            MFN, {"order-item-id": "1"}, {"order-item-id": "2", "sku": "NEW"}
        )
        self.assertEqual(self.outcomes(later), ["unchanged", "created"])
        self.assertEqual(older.state, "done")
        self.assertEqual(self.outcomes(older), ["created", "unchanged"])
        order = self.get_order(REF)
        self.assertEqual(older.row_ids.sale_order_id, order)
        self.assertEqual(order.state, "sale", "Complete by now, hence confirmed")
        self.assertFalse(waiting.waiting_row_ids)

    def test_corrected_file_completes_the_order(self):
        """An unreadable row does not hold up its order once a good file came."""
        damaged = self.import_lines(
            MFN,
            {"order-item-id": "1"},
            {"order-item-id": "2", "item-price": "12,50 EUR"},
        )
        self.assertEqual(self.outcomes(damaged), ["created", "error"])
        self.assertEqual(self.get_order(REF).state, "draft")
        good = self.import_lines(
            MFN, {"order-item-id": "1"}, {"order-item-id": "2", "item-price": "12.50"}
        )
        self.assertEqual(self.outcomes(good), ["unchanged", "created"])
        self.assertEqual(self.get_order(REF).state, "sale")
        self.assertEqual(damaged.state, "done")
