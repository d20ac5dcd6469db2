from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .privacy_case import COMPANY, MFN_REF, PERSON, PrivacyCase

SECOND = {"order-id": "302-0000002-0000002", "order-item-id": "10000000000002"}


@tagged("post_install", "-at_install")
class TestContacts(PrivacyCase):
    """A contact goes as far as nothing else needs it."""

    def setUp(self):
        super().setUp()
        self.mfn()
        self.order = self.get_order(MFN_REF)
        self.customer = self.order.partner_id
        self.delivery = self.order.partner_shipping_id

    def forget(self):
        self.deliver(self.order)
        self.run_cron()
        self.assertTrue(self.order.amazon_forgotten_at)

    def assert_pseudonym(self, partner):
        self.assertRegex(partner.name, r"^Amazon buyer [0-9A-F]{8}$")

    def assert_gone(self, partner):
        self.assert_pseudonym(partner)
        for name in ("street", "street2", "city", "phone", "email", "amazon_buyer_key"):
            self.assertFalse(partner[name], name)
        self.assertEqual(partner.zip, "80")
        self.assertEqual(partner.country_id.code, "DE")
        self.assertFalse(partner.active)

    def assert_unchanged(self, partner, name=PERSON["buyer-name"]):
        self.assertEqual(partner.name, name)
        self.assertEqual(partner.street, PERSON["ship-address-1"])
        self.assertTrue(partner.active)

    def test_pseudonym_is_the_same_for_all_contacts_of_a_buyer(self):
        self.forget()
        for partner in self.customer | self.delivery:
            self.assert_gone(partner)
        self.assertEqual(self.customer.name, self.delivery.name)
        self.assertEqual(self.order.partner_id, self.customer)

    def test_business_keeps_its_name_but_its_people_go(self):
        self.mfn({**COMPANY, **SECOND, "buyer-email": "b2b@marketplace.amazon.de"})
        order = self.get_order(SECOND["order-id"])
        self.deliver(order)
        self.run_cron()
        customer, delivery = order.partner_id, order.partner_shipping_id
        self.assertEqual(customer.name, COMPANY["buyer-company-name"])
        self.assertEqual(customer.vat, COMPANY["buyer-vat-number"])
        self.assertFalse(customer.street or customer.email or customer.phone)
        self.assertIn("Amazon buyer", delivery.name)

    def test_later_order_of_the_buyer_keeps_its_data(self):
        self.mfn(SECOND)
        later = self.get_order(SECOND["order-id"])
        self.assertEqual(later.partner_id, self.customer)
        self.forget()
        self.assertFalse(later.amazon_forgotten_at)
        for partner in self.customer | self.delivery:
            self.assertEqual(partner.email, PERSON["buyer-email"])
            self.assertTrue(partner.active)
        row = later.amazon_row_ids
        self.assertEqual(row.raw["recipient-name"], PERSON["recipient-name"])
        self.deliver(later)
        self.run_cron()
        self.assert_gone(self.customer)

    def test_address_that_no_later_order_uses_goes_alone(self):
        self.mfn({**SECOND, "ship-address-1": "Neue Gasse 1"})
        later = self.get_order(SECOND["order-id"])
        self.forget()
        self.assert_gone(self.delivery)
        self.assertEqual(later.partner_shipping_id.street, "Neue Gasse 1")
        self.assertTrue(self.customer.active)

    def test_buyer_who_orders_again_is_a_customer_anew(self):
        self.forget()
        self.mfn(SECOND)
        again = self.get_order(SECOND["order-id"])
        self.assertNotEqual(again.partner_id, self.customer)
        self.assertEqual(again.partner_id.name, PERSON["buyer-name"])
        self.assert_gone(self.customer)

    def test_posted_invoice_keeps_name_and_address_for_years(self):
        self.deliver(self.order)
        invoice = self.invoice(self.order)
        recipient = invoice.partner_id
        self.run_cron()
        self.assert_unchanged(recipient)
        self.assertEqual(invoice.invoice_partner_display_name, recipient.name)
        self.assertFalse(recipient.phone or recipient.email)
        self.assert_gone(self.delivery)
        end = date(fields.Date.today().year + 8, 12, 31)
        self.assertEqual(recipient.amazon_forget_on, end + timedelta(days=1))
        recipient.amazon_forget_on = fields.Date.today()
        self.run_cron()
        self.assert_unchanged(recipient)
        self.assertEqual(recipient.amazon_forget_on, end + timedelta(days=1))

    def test_invoice_of_long_ago_keeps_nobody(self):
        self.account.personal_data_years = 1
        self.deliver(self.order)
        invoice = self.invoice(self.order, days=3 * 366)
        self.run_cron()
        self.assert_gone(invoice.partner_id)
        self.assertIn("Amazon buyer", invoice.invoice_partner_display_name)

    def print_invoice(self, invoice):
        return self.env["ir.attachment"].create(
            {
                "name": "Zwiebelmayer.pdf",
                "raw": b"%PDF-1.4 Zwiebelmayer",
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": invoice.id,
                "company_id": invoice.company_id.id,
            }
        )

    def end_period(self, invoice):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET invoice_date = %s, date = %s WHERE id = %s",
            [date(2001, 5, 1), date(2001, 5, 1), invoice.id],
        )
        self.env.invalidate_all()
        if invoice.partner_id.amazon_forget_on:
            self.age(invoice.partner_id, 1, "amazon_forget_on")

    def test_files_and_texts_of_an_invoice_go_with_its_recipient(self):
        self.deliver(self.order)
        invoice = self.invoice(self.order)
        invoice.company_id.restrictive_audit_trail = True
        file = self.print_invoice(invoice)
        self.run_cron()
        self.assertTrue(file.exists())
        # What has to be kept names its recipient.
        invoice.narration = f"Vielen Dank, {PERSON['buyer-name']}!"
        invoice.invoice_line_ids.name = f"Geschenk für {PERSON['buyer-name']}"
        self.end_period(invoice)
        self.run_cron()
        self.assertFalse(file.exists())
        self.assert_gone(invoice.partner_id)
        self.assert_forgotten()
        self.assertEqual(invoice.state, "posted")

    def test_files_of_an_invoice_to_nobody_go_as_well(self):
        self.deliver(self.order)
        collective = self.env["res.partner"].create({"name": "Amazon buyers"})
        self.order.partner_invoice_id = collective
        invoice = self.invoice(self.order)
        file = self.print_invoice(invoice)
        self.run_cron()
        self.assertTrue(file.exists())
        self.end_period(invoice)
        self.run_cron()
        self.assertFalse(file.exists())
        self.assertEqual(collective.name, "Amazon buyers")

    def test_buyer_who_orders_again_when_looked_at_again(self):
        """A contact that is due but waits for an order does not stop the others."""
        self.customer.amazon_forget_on = fields.Date.today()
        self.run_cron()
        self.assert_unchanged(self.customer)
        self.assertGreater(self.customer.amazon_forget_on, fields.Date.today())
        self.forget()
        self.assert_gone(self.customer)

    def test_contact_that_cannot_go_keeps_no_other(self):
        others = self.env["res.partner"].create(
            [
                {"name": name, "amazon_forget_on": fields.Date.today()}
                for name in ("Held", "Zwiebelmayer")
            ]
        )
        Contact = type(self.env["amazon.privacy.contact"])
        forget = Contact.forget

        def refuse(model, partners, *args):
            if others[0] in partners:
                raise ValueError("held")
            return forget(model, partners, *args)

        with (
            patch.object(Contact, "forget", refuse),
            mute_logger(
                "odoo.addons.amazon_order_import.models.privacy.amazon_privacy_leftover"
            ),
        ):
            self.run_cron()
        self.assertEqual(others[0].name, "Held")
        self.assert_pseudonym(others[1])

    def test_credit_note_counts_like_an_invoice(self):
        self.account.personal_data_years = 1
        self.deliver(self.order)
        invoice = self.invoice(self.order, days=3 * 366)
        credit = invoice._reverse_moves([{"invoice_date": fields.Date.today()}])
        credit.action_post()
        self.run_cron()
        self.assert_unchanged(invoice.partner_id)

    def test_draft_invoice_keeps_nobody(self):
        self.deliver(self.order)
        invoice = self.order._create_invoices()
        self.run_cron()
        self.assert_gone(invoice.partner_id)

    def test_order_that_is_not_amazons_keeps_the_contact(self):
        self.env["sale.order"].create({"partner_id": self.customer.id})
        self.customer.phone = "+49 30 111111"
        self.forget()
        self.assert_unchanged(self.customer)
        # What Amazon gave goes, what somebody typed stays.
        self.assertFalse(self.customer.email)
        self.assertEqual(self.customer.phone, "+49 30 111111")

    def test_address_that_another_order_uses_keeps_its_customer(self):
        self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "partner_shipping_id": self.delivery.id,
                "amazon_order_ref": False,
            }
        )
        self.forget()
        self.assert_unchanged(self.customer)
        self.assert_unchanged(self.delivery, PERSON["recipient-name"])

    def test_user_keeps_the_contact(self):
        self.env["res.users"].create(
            {"login": "a_buyer", "partner_id": self.customer.id, "group_ids": []}
        )
        self.forget()
        self.assert_unchanged(self.customer)

    def test_entry_by_hand_keeps_the_contact(self):
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    fields.Command.create({"name": "By hand", "price_unit": 1.0})
                ],
            }
        )
        self.forget()
        self.assert_unchanged(self.customer)

    def test_delivery_by_hand_keeps_the_contact(self):
        picking_type = self.order.warehouse_id.out_type_id
        self.env["stock.picking"].create(
            {"partner_id": self.delivery.id, "picking_type_id": picking_type.id}
        )
        self.forget()
        self.assert_unchanged(self.delivery, PERSON["recipient-name"])

    def test_contact_that_a_person_made_is_left_alone(self):
        own = self.env["res.partner"].create(
            {"name": "Our Pick-up Point", "street": PERSON["ship-address-1"]}
        )
        self.order.partner_shipping_id = own
        self.forget()
        self.assert_unchanged(own, "Our Pick-up Point")

    def test_collective_customer_stays_and_its_contacts_go(self):
        collective = self.env["res.partner"].create({"name": "Amazon buyers"})
        self.account.write(
            {"customer_policy": "collective", "collective_partner_id": collective.id}
        )
        self.mfn({**SECOND, "buyer-email": "other@marketplace.amazon.de"})
        order = self.get_order(SECOND["order-id"])
        self.assertEqual(order.partner_id, collective)
        self.deliver(order)
        self.run_cron()
        self.assertEqual(collective.name, "Amazon buyers")
        self.assertTrue(collective.active)
        self.assert_gone(order.partner_shipping_id)
        self.assert_gone(order.partner_invoice_id)

    def test_buyers_without_name_share_a_customer_that_stays(self):
        self.mfn({**SECOND, "buyer-email": "", "buyer-name": "", "recipient-name": ""})
        order = self.get_order(SECOND["order-id"])
        name = order.partner_id.name
        self.deliver(order)
        self.run_cron()
        self.assertEqual(order.partner_id.name, name)
        self.assertTrue(order.partner_id.active)
        self.assert_gone(order.partner_shipping_id)
