from odoo.tests import tagged

from .rows_case import RowsCase


@tagged("post_install", "-at_install")
class TestBuyerKey(RowsCase):
    """What finds a buyer again tells nobody who it is."""

    def key_of(self, **cells):
        return self.order(**cells).partner_id.amazon_buyer_key

    def order(self, **cells):
        report = self.import_lines("mfn_orders_eu", cells)
        return report.row_ids.sale_order_id

    def test_address_of_the_buyer_is_hashed(self):
        key = self.key_of(**{"buyer-email": "Secret@marketplace.amazon.de"})
        self.assertRegex(key, r"^[0-9a-f]{32}$")
        self.assertFalse(
            self.env["res.partner"].search_count(
                [("amazon_buyer_key", "ilike", "secret")]
            )
        )

    def test_another_database_makes_another_key(self):
        key = self.env["res.partner"]._hash_amazon_key("a@x")
        self.env["ir.config_parameter"].set_param("database.secret", "another")
        self.assertNotEqual(self.env["res.partner"]._hash_amazon_key("a@x"), key)

    def test_key_is_hashed_whoever_writes_it(self):
        partner = self.env["res.partner"].create(
            {"name": "Known", "amazon_buyer_key": "a@x|acme gmbh"}
        )
        self.assertRegex(partner.amazon_buyer_key, r"^[0-9a-f]{32}\|[0-9a-f]{32}$")
        key = partner.amazon_buyer_key
        partner.amazon_buyer_key = key
        self.assertEqual(partner.amazon_buyer_key, key)
        partner.amazon_buyer_key = "order|302-0000001-0000001|de123"
        self.assertRegex(
            partner.amazon_buyer_key, r"^order\|302-0000001-0000001\|[0-9a-f]{32}$"
        )

    def test_keys_of_an_earlier_version_are_hashed_once(self):
        partner = self.order().partner_id
        key = partner.amazon_buyer_key
        self.env.cr.execute(
            "UPDATE res_partner SET amazon_buyer_key = %s WHERE id = %s",
            ("buyer1@marketplace.amazon.de", partner.id),
        )
        for _time in range(2):
            partner.init()
            partner.invalidate_recordset()
            self.assertEqual(partner.amazon_buyer_key, key)
        again = self.order(
            **{"order-id": "302-0000002-0000002", "order-item-id": "10000000000002"}
        )
        self.assertEqual(again.partner_id, partner)

    def test_told_addresses_of_an_earlier_version_are_keyed_once(self):
        order = self.order()
        told = order.amazon_told
        self.assertEqual(len(told["recipient"]), 32)
        order.amazon_told = {**told, "recipient": "0" * 20, "billing": ""}
        self.env.flush_all()
        for _time in range(2):
            order.init()
            order.invalidate_recordset()
            keyed = self.env["res.partner"]._hash_amazon_text("0" * 20)
            self.assertEqual(order.amazon_told["recipient"], keyed)
            self.assertEqual(order.amazon_told["billing"], "")
        self.assertEqual(order.amazon_told["details"], told["details"])


@tagged("post_install", "-at_install")
class TestNoIndex(RowsCase):
    def test_text_of_files_is_not_indexed(self):
        report = self.import_lines("mfn_orders_eu", {})
        attachment = report._find_attachment()
        self.assertEqual(attachment.mimetype, "text/plain")
        self.assertFalse(attachment.index_content)
        attachment.raw = attachment.raw + b"\n"
        self.assertFalse(attachment.index_content)
        other = self.env["ir.attachment"].create(
            {"name": "note.txt", "raw": b"searchable words", "mimetype": "text/plain"}
        )
        self.assertIn("searchable", other.index_content)
