from odoo.tests import tagged

from .upsert_case import FBA, FBA_REF, MFN, REF, UpsertCase

MOVED = {
    "ship-address-1": "Hauptplatz 3",
    "ship-city": "Augsburg",
    "ship-postal-code": "86150",
}


@tagged("post_install", "-at_install")
class TestChange(UpsertCase):
    """What Amazon changes on a known order arrives, or becomes a to-do."""

    # === ADDRESS === #

    def test_address_of_an_open_order(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        pricelist, terms = order.pricelist_id, order.payment_term_id
        report = self.import_lines(MFN, MOVED)
        self.assertEqual(self.outcomes(report), ["updated"])
        self.assertIn("Lindenstraße 12", report.row_ids.message)
        self.assertIn("Hauptplatz 3", report.row_ids.message)
        self.assertEqual(order.partner_shipping_id.street, "Hauptplatz 3")
        self.assertEqual(order.picking_ids.partner_id, order.partner_shipping_id)
        self.assertEqual(order.pricelist_id, pricelist)
        self.assertEqual(order.payment_term_id, terms)
        self.assertEqual(order.amount_total, 19.99)
        self.assertFalse(order.activity_ids)
        again = self.import_lines(MFN, MOVED)
        self.assertEqual(self.outcomes(again), ["unchanged"])

    def test_address_of_a_delivered_order(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.deliver(order)
        report = self.import_lines(MFN, MOVED)
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertEqual(order.partner_shipping_id.street, "Lindenstraße 12")
        self.check_todo(order, "Lindenstraße 12", "Hauptplatz 3")
        self.import_lines(MFN, MOVED)
        self.assertEqual(len(order.activity_ids), 1)

    def test_address_of_an_invoiced_order(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.invoice(order)
        self.import_lines(MFN, MOVED)
        self.assertEqual(order.partner_shipping_id.street, "Lindenstraße 12")
        self.check_todo(order, "Hauptplatz 3")

    def test_address_changed_by_hand_stays(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        other = self.env["res.partner"].create({"name": "Neighbour"})
        order.partner_shipping_id = other
        report = self.import_lines(MFN, {})
        self.assertEqual(self.outcomes(report), ["unchanged"])
        self.assertEqual(order.partner_shipping_id, other)

    def test_address_left_out_stays(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.import_lines(
            MFN,
            {
                "recipient-name": "",
                "ship-address-1": "",
                "ship-city": "",
                "ship-postal-code": "",
            },
        )
        self.assertEqual(order.partner_shipping_id.street, "Lindenstraße 12")

    def test_address_that_comes_later(self):
        """An FBA order without address gets it from a later report."""
        bare = {
            "recipient-name": "",
            "ship-address-1": "",
            "ship-city": "",
            "ship-postal-code": "",
            "buyer-name": "",
        }
        self.import_lines(FBA, bare)
        order = self.get_order(FBA_REF)
        self.import_lines(FBA, {})
        self.assertEqual(order.partner_shipping_id.street, "Lindenstraße 12")

    def test_address_in_another_country_changes_the_tax(self):
        group = self.env["account.tax.group"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        taxes = self.env["account.tax"].create(
            [
                {
                    "name": f"Test {amount} included",
                    "amount": amount,
                    "type_tax_use": "sale",
                    "price_include_override": "tax_included",
                    "tax_group_id": group.id,
                    "country_id": self.company.account_fiscal_country_id.id,
                    "company_id": self.company.id,
                }
                for amount in (19.0, 20.0)
            ]
        )
        home, austria = taxes
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Austria",
                "auto_apply": True,
                "sequence": 0,
                "country_id": self.env.ref("base.at").id,
                "company_id": self.company.id,
            }
        )
        austria.write(
            {
                "fiscal_position_ids": [(6, 0, position.ids)],
                "original_tax_ids": [(6, 0, home.ids)],
            }
        )
        self.products["MUG-RED"].taxes_id = home
        self.import_lines(MFN, {"item-price": "119.00"})
        order = self.get_order(REF)
        self.assertEqual(order.amount_tax, 19.00)
        self.import_lines(MFN, {"item-price": "119.00", **MOVED, "ship-country": "AT"})
        self.assertEqual(order.fiscal_position_id, position)
        self.assertEqual(order.amount_tax, 19.83)
        self.assertEqual(order.amount_total, 119.00)

    # === OTHER DATA OF THE ORDER === #

    def test_purchase_order_number(self):
        self.import_lines(MFN, {"purchase-order-number": "PO-1"})
        order = self.get_order(REF)
        self.assertEqual(order.client_order_ref, "PO-1")
        report = self.import_lines(MFN, {"purchase-order-number": "PO-2"})
        self.assertEqual(self.outcomes(report), ["updated"])
        self.assertIn("PO-1", report.row_ids.message)
        self.assertEqual(order.client_order_ref, "PO-2")
        self.assertEqual(order.amazon_purchase_order_number, "PO-2")

    def test_purchase_order_number_of_an_invoiced_order(self):
        self.import_lines(MFN, {"purchase-order-number": "PO-1"})
        order = self.get_order(REF)
        self.invoice(order)
        self.import_lines(MFN, {"purchase-order-number": "PO-2"})
        self.assertEqual(order.client_order_ref, "PO-1")
        self.check_todo(order, "PO-1", "PO-2")

    def test_reference_changed_by_hand_stays(self):
        self.import_lines(MFN, {"purchase-order-number": "PO-1"})
        order = self.get_order(REF)
        order.client_order_ref = "Mine"
        self.import_lines(MFN, {"purchase-order-number": "PO-2"})
        self.assertEqual(order.client_order_ref, "Mine")
        self.assertEqual(order.amazon_purchase_order_number, "PO-2")

    def test_service_level(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.import_lines(MFN, {"ship-service-level": "Expedited"})
        self.assertEqual(order.amazon_ship_service_level, "Expedited")

    # === PENDING PRICE === #

    def pending(self, **values):
        return {"item-price": "", "item-tax": "", "currency": "", **values}

    def test_price_that_comes_later(self):
        waiting = self.import_lines(MFN, self.pending())
        self.assertEqual(self.outcomes(waiting), ["waiting"])
        self.assertEqual(waiting.row_ids.code, "price_pending")
        self.assertFalse(self.get_order(REF))
        report = self.import_lines(MFN, {})
        self.assertEqual(self.outcomes(report), ["created"])
        self.assertEqual(self.outcomes(waiting), ["unchanged"])
        self.assertEqual(waiting.state, "done")
        self.assertEqual(self.get_order(REF).state, "sale")

    def test_price_of_one_item_comes_later(self):
        """The order waits for its last price before it is confirmed."""
        items = [{"order-item-id": "1"}, {"order-item-id": "2", "sku": "LAMP-1"}]
        report = self.import_lines(MFN, items[0], self.pending(**items[1]))
        self.assertEqual(self.outcomes(report), ["created", "waiting"])
        order = self.get_order(REF)
        self.assertEqual(order.state, "draft")
        self.import_lines(MFN, *items)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.amount_total, 39.98)

    # === AN OLD REPORT AGAIN === #

    def process_again(self, report):
        report.row_ids.needs_attention = True
        report.action_process_again()
        report.process()

    def test_old_report_does_not_set_back_figures(self):
        old = self.import_lines(MFN, {})
        self.import_lines(MFN, {"item-price": "17.99"})
        self.process_again(old)
        self.assertEqual(old.row_ids.code, "outdated")
        self.assertEqual(self.get_order(REF).amount_total, 17.99)

    def test_old_report_does_not_set_back_the_address(self):
        old = self.import_lines(MFN, {"purchase-order-number": "PO-1"})
        self.import_lines(MFN, {**MOVED, "purchase-order-number": "PO-2"})
        self.process_again(old)
        order = self.get_order(REF)
        self.assertEqual(order.partner_shipping_id.street, "Hauptplatz 3")
        self.assertEqual(order.client_order_ref, "PO-2")

    def test_old_report_does_not_revive_a_cancelled_item(self):
        items = [{"order-item-id": "1"}, {"order-item-id": "2", "sku": "LAMP-1"}]
        old = self.import_lines(MFN, *items)
        self.import_lines(
            MFN, {**items[1], "quantity-purchased": 0, "item-price": "0.00"}
        )
        self.process_again(old)
        self.assertEqual(self.get_order(REF).amount_total, 19.99)

    def test_old_file_brought_once_more_by_hand(self):
        """It says no more than it did when it first came."""
        items = [{"order-item-id": "1"}, {"order-item-id": "2", "sku": "LAMP-1"}]
        self.import_lines(MFN, *items)
        changes = {"quantity-purchased": 0, "item-price": "0.00"}
        self.import_lines(MFN, {**items[0], **MOVED}, {**items[1], **changes})
        again = self.import_lines(MFN, *items)
        self.assertEqual(self.outcomes(again), ["unchanged", "unchanged"])
        order = self.get_order(REF)
        self.assertEqual(order.amount_total, 19.99)
        self.assertEqual(order.partner_shipping_id.street, "Hauptplatz 3")

    def read_backwards(self, *reports):
        """Process reports, each with one row, the last first."""
        create = self.env["amazon.report"].create_from_file
        made = [
            create(self.account, MFN, f"{number}.txt", self.make_file(MFN, row))
            for number, row in enumerate(reports)
        ]
        for report in reversed(made):
            report.process()
        return made

    def test_first_report_read_after_the_next_one(self):
        self.read_backwards({}, MOVED)
        self.assertEqual(self.get_order(REF).partner_shipping_id.street, "Hauptplatz 3")

    def test_cancelled_before_its_report_is_read(self):
        first, _last = self.read_backwards({}, {"quantity-purchased": 0})
        self.assertEqual(self.outcomes(first), ["cancelled"])
        self.assertFalse(self.get_order(REF))

    def test_amazons_own_moment_counts(self):
        """A report asked for earlier is older, whenever Odoo came to know of it."""
        last = self.import_lines(MFN, {"item-price": "17.99"})
        last.asked_at = "2026-10-07 10:00:00"
        first = self.env["amazon.report"].create_from_file(
            self.account, MFN, "first.txt", self.make_file(MFN, {})
        )
        first.asked_at = "2026-10-07 09:00:00"
        first.process()
        self.assertEqual(first.row_ids.code, "outdated")
        self.assertEqual(self.get_order(REF).amount_total, 17.99)

    # === LEFT TO A PERSON === #

    def test_settled_by_a_person(self):
        """Once the to-do is done, the same difference is no longer told."""
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.invoice(order)
        changed = {"item-price": "17.99"}
        self.assertEqual(self.outcomes(self.import_lines(MFN, changed)), ["waiting"])
        self.assertEqual(self.outcomes(self.import_lines(MFN, changed)), ["waiting"])
        self.assertEqual(len(order.activity_ids), 1)
        order.activity_ids.action_feedback(feedback="Credit note made")
        report = self.import_lines(MFN, changed)
        self.assertEqual(self.outcomes(report), ["unchanged"])
        self.assertEqual(report.state, "done")
        self.assertFalse(order.activity_ids)
        other = self.import_lines(MFN, {"item-price": "15.99"})
        self.assertEqual(self.outcomes(other), ["waiting"])
        self.check_todo(order, "15.99")

    def test_change_after_credit_note(self):
        """An invoice that was credited stands: the change is left to a person."""
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.invoice(order)._reverse_moves(cancel=True)
        report = self.import_lines(MFN, {"item-price": "17.99"})
        self.assertEqual(self.outcomes(report), ["waiting"])

    def test_change_of_a_cancelled_order(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        order._action_cancel()
        report = self.import_lines(MFN, {"item-price": "17.99"})
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertIn("cancelled", report.row_ids.message)
        self.check_todo(order, "17.99")

    def test_cancelled_item_of_an_invoiced_order_tells_the_figures(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.invoice(order)
        self.import_lines(MFN, {"quantity-purchased": 0, "item-price": "0.00"})
        self.check_todo(order, "19.99", "quantity 0")
