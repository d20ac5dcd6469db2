from odoo.tests import new_test_user, tagged

from ..common import AmazonCase

#: Columns that a seller has switched on, as Amazon fills them.
ALL_COLUMNS = {
    "bill-address-1": "",
    "buyer-tax-registration-id": "",
    "is-business-order": "false",
    "item-promotion-discount": "",
    "gift-wrap-type": "",
}


@tagged("post_install", "-at_install")
class TestColumns(AmazonCase):
    """Which columns a seller should switch on in Seller Central."""

    def advice(self, *rows, kind="mfn_orders_eu"):
        return self.import_lines(kind, *rows).column_advice or ""

    def test_all_is_there(self):
        self.assertEqual(self.advice(ALL_COLUMNS), "")
        self.assertFalse(self.account.column_advice)

    def test_each_column_that_the_settings_need(self):
        advice = self.advice({})
        for box in (
            "Billing address",
            "Buyer tax identifiers",
            "Business order details",
            "Promotions",
            "Gift options",
        ):
            self.assertIn(f"“{box}”", advice)
        for box in ("VAT details", "Sales channel", "Tax collection"):
            self.assertNotIn(box, advice)
        self.account.gift_wrap_product_id = False
        self.assertNotIn("Gift", self.account.column_advice)

    def test_vat_details_where_amazon_computes_the_tax(self):
        report = self.import_lines("mfn_orders_eu", ALL_COLUMNS)
        self.account.vat_service = "vcs"
        self.assertIn("“VAT details”", report.column_advice)
        vat = {**ALL_COLUMNS, "vat-exclusive-item-price": "16.80"}
        self.assertEqual(self.advice(vat), "")

    def test_america(self):
        account = self.env["amazon.account"].create({"name": "US", "region": "na"})
        usa = self.env["amazon.marketplace"].search([("name", "=", "Amazon.com")])
        account.channel_ids = [(0, 0, {"marketplace_id": usa.id})]
        row = {"sales-channel": "Amazon.com", "currency": "USD", **ALL_COLUMNS}
        advice = self.import_lines("mfn_orders_na", row, account=account).column_advice
        self.assertIn("“Tax collection details”", advice)
        self.assertNotIn("Billing", advice)
        self.assertEqual(
            account.column_url,
            "https://sellercentral.amazon.com/order-reports-and-feeds/column-picker",
        )

    def test_fba_reports_have_fixed_columns(self):
        self.assertEqual(self.advice({}, kind="fba_orders_eu"), "")

    def test_the_account_follows_the_latest_report(self):
        self.import_lines("mfn_orders_eu", {})
        self.assertIn("Billing address", self.account.column_advice)
        self.assertRegex(
            self.account.column_url,
            r"^https://sellercentral.+/order-reports-and-feeds/column-picker$",
        )
        self.import_lines("mfn_orders_eu", ALL_COLUMNS)
        self.account.invalidate_recordset()
        self.assertFalse(self.account.column_advice)

    def test_a_column_disappears(self):
        self.import_lines("mfn_orders_eu", {**ALL_COLUMNS, "is-prime": "true"})
        for _time in range(2):
            advice = self.advice(ALL_COLUMNS)
            self.assertIn("is-prime", advice)
            self.assertIn("switched them off", advice)
        self.account.invalidate_recordset()
        self.assertIn("is-prime", self.account.column_advice)
        self.assertEqual(self.advice({**ALL_COLUMNS, "is-prime": "true"}), "")

    def test_another_name_is_no_loss(self):
        self.import_lines("mfn_orders_eu", {**ALL_COLUMNS, "buyer-vat-number": ""})
        self.assertEqual(
            self.advice({**ALL_COLUMNS, "buyer-vat-registration-number": ""}), ""
        )

    def test_a_new_column_stays_visible(self):
        report = self.import_lines(
            "mfn_orders_eu", {**ALL_COLUMNS, "moon-phase": "full"}
        )
        self.assertEqual(report.unknown_columns, "moon-phase")
        self.assertIn("moon-phase: full", report.row_ids.raw_text)

    def test_lowest_rights(self):
        user = new_test_user(
            self.env, "columns_user", "amazon_order_import.group_amazon_user"
        )
        report = self.import_lines("mfn_orders_eu", {}).with_user(user)
        self.assertIn("Billing address", report.column_advice)
        self.assertIn("Billing address", report.account_id.column_advice)
        self.assertTrue(report.column_url)
