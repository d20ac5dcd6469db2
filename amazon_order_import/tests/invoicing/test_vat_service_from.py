from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .booking_case import KIND, BookingCase
from .vat_files import vat_file

MFN = "mfn_orders_eu"
LOCAL = {
    "Amazon.com.tr": ("TR", "TRY"),
    "Amazon.ae": ("AE", "AED"),
    "Amazon.eg": ("EG", "EGP"),
}


@tagged("post_install", "-at_install")
class TestVatServiceFrom(BookingCase):
    """The VAT service counts from a day, and where it exists."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Europe/Berlin"
        cls.account.write(
            {"order_workflow": "invoice", "vat_service_from": "2026-10-05"}
        )
        cls.number = 0

    def buy(self, moment="2026-10-05T08:15:00+00:00", **cells):
        type(self).number += 1
        ref = f"302-0000001-{self.number:07}"
        self.import_lines(
            MFN,
            {
                "order-id": ref,
                "order-item-id": f"1000000000{self.number:04}",
                "purchase-date": moment,
                "item-price": "119.00",
                **{name.replace("_", "-"): cell for name, cell in cells.items()},
            },
        )
        return self.get_order(ref)

    def test_from_a_day(self):
        for service in ("vcs", "vcs_lite"):
            self.account.vat_service = service
            for moment, is_own in (
                ("2026-10-04T21:59:00+00:00", True),
                # Midnight in Berlin
                ("2026-10-04T22:01:00+00:00", False),
                ("2026-10-06T10:00:00+00:00", False),
            ):
                with self.subTest(service=service, moment=moment):
                    order = self.buy(moment)
                    self.assertEqual(bool(order.invoice_ids), is_own)
                    self.assertEqual(not order.amazon_workflow_note, is_own)
                    locked = service == "vcs" and not is_own
                    self.assertEqual(order.amazon_invoicing_locked, locked)

    def test_where_it_exists(self):
        self.account.vat_service_from = False
        self.env["res.currency"]._activate_group_multi_currency()
        for channel, (_country, currency) in LOCAL.items():
            with self.subTest(channel):
                found = self.env["res.currency"].with_context(active_test=False)
                money = found.search([("name", "=", currency)])
                money.active = True
                money.rate_ids = [
                    Command.create(
                        {"name": "2026-01-01", "rate": 4, "company_id": self.company.id}
                    )
                ]
                order = self.buy(sales_channel=channel, currency=currency)
                self.assertEqual(order.amazon_marketplace_id.name, channel)
                self.assertFalse(order.amazon_invoicing_locked)
                self.assertEqual(order.invoice_ids.state, "posted")
        self.assertTrue(self.buy().amazon_invoicing_locked)
        self.assertTrue(self.buy(sales_channel="Amazon.co.uk").amazon_invoicing_locked)

    def test_empty_is_always(self):
        self.account.vat_service_from = False
        order = self.buy("2024-01-01T10:00:00+00:00")
        self.assertTrue(order.amazon_invoicing_locked)

    def test_amazon_has_made_an_invoice(self):
        """Then the day does not count; a credit note for an older sale is none."""
        self.account.order_workflow = "confirm"
        order = self.buy("2026-10-04T10:00:00+00:00")
        credit = {
            "order_id": order.amazon_order_ref,
            "transaction_type": "REFUND",
            "transaction_id": "r1",
            "item": "-10.00 -1.90",
            "vat_invoice_number": "DE60002TEST11C",
        }
        self.import_file(KIND, vat_file(credit))
        self.assertFalse(order.amazon_invoicing_locked)
        sale = {"order_id": order.amazon_order_ref, "item": "100.00 19.00"}
        self.import_file(KIND, vat_file(sale))
        self.assertTrue(order.amazon_invoicing_locked)
        with self.assertRaises(UserError):
            order._create_invoices()

    def test_setting_changes(self):
        order = self.buy("2026-10-06T10:00:00+00:00")
        self.assertTrue(order.amazon_workflow_note)
        workflow = self.env["amazon.order.workflow"]
        self.account.vat_service_from = "2026-10-07"
        self.assertFalse(order.amazon_invoicing_locked)
        workflow.run_invoicing(self.account, lambda _done: 60)
        self.assertEqual(order.invoice_ids.state, "posted")

    def test_business_sale_of_before(self):
        """No VAT in the report is Amazon's decision only where its service counts."""
        seller = {
            "ship-country": "FR",
            "is-business-order": "true",
            "buyer-tax-registration-id": "FR40303265045",
            "buyer-tax-registration-type": "VAT",
            "buyer-tax-registration-country": "FR",
        }
        for moment, state in (
            ("2026-10-01T10:00:00+00:00", "plausible"),
            ("2026-10-06T10:00:00+00:00", "confirmed"),
        ):
            buyer = f"{state}@marketplace.amazon.de"
            order = self.buy(moment, buyer_email=buyer, **seller)
            self.assertEqual(order.amount_total, 119.0)
            self.assertEqual(order.partner_id.amazon_vat_state, state)

    def test_upload_queue(self):
        self.account.invoice_upload = "auto"
        before = self.buy("2026-10-01T10:00:00+00:00")
        upload = before.invoice_ids.amazon_upload_ids
        self.assertEqual(upload.state, "waiting", upload.reason)
        self.assertIn("shipped", upload.reason)
        self.account.vat_service_from = False
        upload._pass_gate()
        self.assertEqual(upload.state, "manual")
        self.account.vat_service_from = "2026-10-05"
        self.assertEqual(upload.state, "waiting", upload.reason)

    def test_rows_without_number(self):
        order = self.buy("2026-10-01T10:00:00+00:00")
        about = {
            "order_id": order.amazon_order_ref,
            "item": "100.00 19.00",
            "vat_invoice_number": "N/A",
        }
        for day, invoiced, outcome in (
            ("01-Oct-2026 UTC", "false", "ignored"),
            ("06-Oct-2026 UTC", "false", "waiting"),
            ("01-Oct-2026 UTC", "true", "waiting"),
        ):
            with self.subTest(day=day, invoiced=invoiced):
                row = {**about, "order_date": day, "is_amazon_invoiced": invoiced}
                report = self.import_file(KIND, vat_file(row))
                self.assertEqual(self.outcomes(report), [outcome])

    def test_chosen_later(self):
        """In the form, a service that is chosen later starts today."""
        self.account.write({"vat_service": "none", "vat_service_from": False})
        self.buy()
        with Form(self.account) as form:
            form.vat_service = "vcs"
            self.assertTrue(form.vat_service_from)
            form.vat_service_from = date(2026, 10, 5)
        self.assertEqual(self.account.vat_service_from, date(2026, 10, 5))
        account = self.env["amazon.account"].new(
            {"vat_service": "vcs", "company_id": self.company.id}
        )
        account._onchange_vat_service()
        self.assertFalse(account.vat_service_from)

    def test_marketplaces(self):
        having = self.env["amazon.marketplace"].search([("has_vat_service", "=", True)])
        self.assertEqual(
            set(having.country_id.mapped("code")),
            {"BE", "DE", "ES", "FR", "GB", "IE", "IT", "NL", "PL", "SE"},
        )
