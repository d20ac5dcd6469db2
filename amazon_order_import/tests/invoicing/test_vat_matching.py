from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.account.models.mail_message import bypass_token

from ...messages import get_message
from .booking_case import KIND, ORDER, BookingCase, credit_row
from .vat_files import vat_file


@tagged("post_install", "-at_install")
class TestVatMatching(BookingCase):
    """Documents and invoices of one's own; what cannot be booked."""

    def test_match(self):
        self.account.vat_document_policy = "match"
        order = self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        document = self.document()
        self.assertEqual(document.entry_state, "waiting")
        self.assertIn(ORDER, document.entry_message)
        invoice = self.invoice(order)
        self.assertEqual(document.entry_state, "matched")
        self.assertEqual(document.move_id, invoice)
        self.assertFalse(document.entry_message)
        self.report(credit_row())
        credit = self.document("DE60002TEST11C")
        self.assertEqual(credit.entry_state, "waiting")
        self.assertIn("119.00", credit.entry_message)
        # In the words and the numbers of whoever reads it.
        reason = get_message(credit, "entry_message")
        self.assertEqual(reason.code, "entry_waits_for_credit_note")
        self.env["res.lang"]._activate_lang("de_DE")
        self.assertIn("119,00", credit.with_context(lang="de_DE").entry_message)
        refund = invoice._reverse_moves()
        refund.action_post()
        self.assertEqual((credit.entry_state, credit.move_id), ("matched", refund))

    def test_difference(self):
        self.account.vat_document_policy = "match"
        order = self.sell({"item-price": "119.00"})
        invoice = self.invoice(order)
        name = invoice.name
        self.report({"item": "99.97 19.03"})
        document = self.document()
        self.assertEqual(document.entry_state, "difference")
        self.assertEqual(document.move_id, invoice)
        self.assertIn("19.03", document.entry_message)
        self.assertIn("19.03", order.amazon_vat_difference)
        self.assertEqual((invoice.name, invoice.amount_tax), (name, 19.0))

    def test_own_invoice_is_not_booked_twice(self):
        order = self.sell({"item-price": "119.00"})
        invoice = self.invoice(order)
        self.report({"item": "100.00 19.00"})
        self.assertEqual(self.document().entry_state, "matched")
        self.assertEqual(order.invoice_ids, invoice)

    def test_own_invoice_credited_after_all(self):
        order = self.sell({"item-price": "119.00"})
        invoice = self.invoice(order)
        self.report({"item": "99.97 19.03"})
        document = self.document()
        self.assertEqual(document.entry_state, "difference")
        self.assertFalse(document.can_book)
        refund = invoice._reverse_moves(cancel=True)
        self.assertEqual(refund.state, "posted")
        document.action_book()
        move = self.booked("DE60001TEST11I", 99.97, 19.03)
        self.assertNotEqual(move, invoice)
        # What a person took back to book it anew is not what Amazon gives back later.
        self.report(credit_row(item="-99.97 -19.03"))
        self.booked("DE60002TEST11C", 99.97, 19.03, reversed_entry_id=move)

    def test_entry_cancelled_or_deleted(self):
        self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        document = self.document()
        first = document.move_id
        self.import_file(KIND, vat_file({"item": "99.97 19.03"}))
        self.assertEqual(document.entry_state, "difference")
        first.button_draft()
        first.button_cancel()
        document.action_book()
        second = self.booked("DE60001TEST11I", 99.97, 19.03)
        self.assertNotEqual(first, second)
        second.button_draft()
        second.with_context(force_delete=True, bypass_audit=bypass_token).unlink()
        self.assertEqual(document.entry_state, "none")
        self.assertIn("deleted", document.entry_message)
        document.action_book()
        self.booked("DE60001TEST11I", 99.97, 19.03)

    def test_order_report_after_the_document(self):
        """A later order report does not bring back the tax that Odoo computed."""
        self.account.vat_document_policy = "none"
        order = self.sell({"item-price": "119.00"})
        self.report({"item": "99.99 19.01"})
        report = self.import_lines(
            "mfn_orders_eu", {"order-id": ORDER, "item-price": "119.01"}
        )
        self.assertEqual(self.outcomes(report), ["updated"])
        self.assertAlmostEqual(order.amount_untaxed, 99.99, 2)
        self.assertAlmostEqual(order.amount_tax, 19.01, 2)

    def test_file_of_another_account(self):
        """Uploaded for the wrong account of the company, nothing is booked twice."""
        order = self.sell({"item-price": "119.00"})
        row = {"item": "100.00 19.00"}
        self.report(row)
        other = self.account.copy({"name": "Other", "vat_journal_id": False})
        again = self.import_file(KIND, vat_file(row), other)
        self.assertEqual(self.outcomes(again), ["unchanged"])
        self.assertEqual(self.document().account_id, self.account)
        self.assertEqual(order.invoice_ids, self.document().move_id)

    def test_names_like_dates(self):
        """A number in which Odoo would see a year or a month keeps its letters."""
        numbers = ("DE626A12B21X4I", "DE6A2601B0001I", "FR6B19Q05Z001I")
        for place, number in enumerate(numbers, 1):
            ref = f"302-0000001-000000{place}"
            self.import_lines(
                "mfn_orders_eu",
                {"order-id": ref, "order-item-id": place, "item-price": "119.00"},
            )
            self.report(
                {
                    "item": "100.00 19.00",
                    "order_id": ref,
                    "vat_invoice_number": number,
                }
            )
            self.booked(number, 100.0, 19.0)

    def test_journal_of_its_own(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "journal_id": journal.id,
                "partner_id": self.env.user.partner_id.id,
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 1, "tax_ids": False})
                ],
            }
        )
        move.action_post()
        with self.assertRaisesRegex(ValidationError, move.name):
            self.account.vat_journal_id = journal

    def test_accountant_books(self):
        self.account.vat_document_policy = "none"
        self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        document = self.document()
        self.assertEqual(document.entry_state, "none")
        self.account.vat_document_policy = "create"
        accountant = new_test_user(
            self.env, "book_accountant", "base.group_user,account.group_account_invoice"
        )
        reader = new_test_user(
            self.env, "book_reader", "amazon_order_import.group_amazon_user"
        )
        with self.assertRaises(AccessError):
            document.with_user(reader).action_book()
        document.with_user(accountant).action_book()
        self.booked("DE60001TEST11I", 100.0, 19.0)
