from odoo.tests import tagged
from odoo.tools import mute_logger

from ...selling_partner import errors
from .shipping_case import ITEM, NUMBER, OTHER_NUMBER, REF, ShippingCase

LOGGER = "odoo.addons.amazon_order_import.models.account.amazon_sending"


@tagged("post_install", "-at_install")
class TestConfirmation(ShippingCase):
    """What left is told to Amazon once, and seen there; what waits says why."""

    def test_confirmed_and_seen(self):
        order = self.sell()
        parcel = self.ship(order)
        self.check(parcel, "queued")
        self.run_queue()
        self.check(parcel, "confirmed")
        (call,) = self.amazon.calls
        self.assertEqual(call["order_id"], REF)
        self.assertEqual(call["package_reference"], parcel.package_reference)
        self.assertGreater(int(parcel.package_reference), 0)
        self.assertEqual(call["items"], {ITEM: 1})
        self.assertEqual(call["carrier_code"], "DHL")
        self.assertEqual(call["shipping_method"], "DHL Paket")
        self.assertEqual(call["tracking_number"], NUMBER)
        self.assertTrue(call["ship_date"].tzinfo)
        self.run_queue()
        self.check(parcel, "confirmed")
        self.later(minutes=11)
        self.run_queue()
        self.check(parcel, "seen")
        self.assertEqual(len(self.amazon.calls), 1)
        self.assertEqual(order.amazon_confirmation_count, 1)

    def test_off_makes_none_until_a_person_asks(self):
        self.account.shipment_confirmation = "off"
        order = self.sell()
        self.assertFalse(self.ship(order))
        order.picking_ids.action_confirm_to_amazon()
        parcel = order.amazon_confirmation_ids
        self.check(parcel, "queued")
        self.assertTrue(parcel.asked_by_person)

    def test_by_hand(self):
        self.account.shipment_confirmation = "manual"
        parcel = self.ship(self.sell())
        self.check(parcel, "waiting", "shipment_by_hand")
        self.run_queue()
        self.assertFalse(self.amazon.calls)
        parcel.action_confirm_shipment()
        self.run_queue()
        self.check(parcel, "confirmed")

    def test_part_delivery(self):
        order = self.sell({"quantity-purchased": "3"})
        first = self.ship(order, quantity=1)
        second = self.ship(order, OTHER_NUMBER)
        self.assertEqual(first.items, {ITEM: 1})
        self.assertEqual(second.items, {ITEM: 2})
        self.run_queue()
        self.assertEqual(len(self.amazon.parcels), 2)
        self.assertNotEqual(first.package_reference, second.package_reference)

    def test_several_packages(self):
        order = self.sell({"quantity-purchased": "3"})
        move = order.picking_ids.move_ids
        move.move_line_ids.unlink()
        packages = self.env["stock.package"].create([{"name": "P1"}, {"name": "P2"}])
        for package, quantity in zip(packages, (1, 2), strict=True):
            self.env["stock.move.line"].create(
                {
                    "move_id": move.id,
                    "picking_id": move.picking_id.id,
                    "product_id": move.product_id.id,
                    "quantity": quantity,
                    "result_package_id": package.id,
                    "picked": True,
                }
            )
        picking = order.picking_ids
        picking.carrier_id = self.method
        picking.carrier_tracking_ref = f"{NUMBER}, {OTHER_NUMBER}"
        picking.button_validate()
        parcels = picking.amazon_confirmation_ids.sorted("package_id")
        self.assertEqual(parcels.mapped("items"), [{ITEM: 1}, {ITEM: 2}])
        self.assertEqual(parcels.mapped("tracking_number"), [NUMBER, OTHER_NUMBER])
        self.run_queue()
        self.assertEqual(len(self.amazon.parcels), 2)

    def test_kit(self):
        """Components leave, the order item is told, with what completes it."""
        order = self.sell({"quantity-purchased": "2"})
        picking = order.picking_ids
        move = picking.move_ids
        towel, lamp = self.products["TOWEL-XL"], self.products["LAMP-1"]
        move.product_uom_qty = 6
        extra = move.copy({"product_id": lamp.id, "product_uom_qty": 2})
        move.product_id = towel
        (move + extra).write({"picking_id": picking.id})
        extra._action_confirm(merge=False)
        parcel = self.ship(order)
        self.assertEqual(parcel.items, {ITEM: 2})

    def test_returned_before_amazon_was_told(self):
        order = self.sell({"quantity-purchased": "2"})
        parcel = self.ship(order, number=False)
        self.check(parcel, "waiting", "shipment_no_tracking")
        picking = order.picking_ids
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        back.move_ids.picked = True
        back.button_validate()
        self.assertEqual(parcel.items, {ITEM: 1})
        self.assertEqual(order.amazon_confirmation_count, 1)

    # === WHAT IT WAITS FOR === #

    def test_tracking_number_comes_later_and_is_corrected(self):
        order = self.sell()
        parcel = self.ship(order, number=False)
        self.check(parcel, "waiting", "shipment_no_tracking")
        order.picking_ids.carrier_tracking_ref = "12345"
        self.check(parcel, "waiting", "shipment_tracking_form")
        order.picking_ids.carrier_tracking_ref = NUMBER
        self.check(parcel, "queued")
        self.run_queue()
        reference = parcel.package_reference
        order.picking_ids.carrier_tracking_ref = OTHER_NUMBER
        self.check(parcel, "queued")
        self.run_queue()
        self.check(parcel, "confirmed")
        self.assertEqual(parcel.package_reference, reference)
        (told,) = self.amazon.parcels.values()
        self.assertEqual(told["tracking_number"], OTHER_NUMBER)

    def test_carrier(self):
        self.line.code_id = False
        order = self.sell()
        parcel = self.ship(order, method=False)
        self.check(parcel, "waiting", "shipment_no_method")
        order.picking_ids.carrier_id = self.method
        self.check(parcel, "waiting", "shipment_no_carrier")
        self.account.shipment_carrier_ids = [
            (
                1,
                self.line.id,
                {"code_id": self.env.ref("amazon_order_import.carrier_other").id},
            )
        ]
        self.check(parcel, "waiting", "shipment_other")
        self.line.unlink()
        self.account.action_suggest_shipment_carriers()
        line = self.account.shipment_carrier_ids.filtered(
            lambda line: line.carrier_id == self.method
        )
        self.assertEqual(line.code_id.name, "DHL")
        self.check(parcel, "queued")

    def test_prime_and_cancellation(self):
        order = self.sell({"is-prime": "true"})
        parcel = self.ship(order)
        self.check(parcel, "not_needed", "shipment_prime")
        order.amazon_is_prime = False
        order.amazon_cancel_reason = "Too late"
        parcel._pass_gate()
        self.check(parcel, "waiting", "shipment_cancel_asked")
        parcel.action_confirm_shipment()
        self.check(parcel, "queued")
        parcel.action_set_not_needed()
        self.check(parcel, "not_needed", "shipment_left_out")

    # === WHAT GOES WRONG === #

    def refuse(self, details, status=400):
        self.amazon.errors.append(
            errors.DataError("No", status=status, code="InvalidInput", details=details)
        )
        parcel = self.ship(self.sell())
        self.run_queue()
        return parcel

    def test_refusals_say_what_to_do(self):
        cases = {
            "PackageReferenceId: is invalid, must be a positive": "reference",
            "Date time x must be formatted by ISO 8601": "date",
            "OrderItemId is invalid, please obtain": "item",
            "The tracking ID 1 does not match the expected format for": "tracking",
            "Invoice by Amazon orders can only be shipped from locations": "location",
            "The order has been cancelled": "cancelled",
            "The quantity is larger": "quantity",
            "carrierCode is unknown": "carrier",
            "The order 1 is not associated with this merchant": "order",
            "Whatever": "other",
        }
        parcel = self.refuse(next(iter(cases)))
        for text, code in cases.items():
            with self.subTest(text=text):
                self.amazon.errors = [
                    errors.DataError(
                        "No", status=400, code="InvalidInput", details=text
                    )
                ]
                parcel.action_confirm_shipment()
                self.run_queue()
                self.check(parcel, "refused", f"shipment_refused_{code}")
                self.assertEqual(parcel.error_text, text)
        self.assertTrue(parcel.order_id.activity_ids)

    def test_ship_plus_needs_none(self):
        parcel = self.refuse("Ship+ orders cannot be confirmed")
        self.check(parcel, "not_needed", "shipment_refused_ship_plus")

    def test_confirmed_elsewhere(self):
        self.amazon.status = "SHIPPED"
        parcel = self.refuse("order already fulfilled. PackageToUpdateNotFound")
        self.run_queue()
        self.check(parcel, "not_needed", "shipment_elsewhere")
        self.assertFalse(parcel.order_id.activity_ids)

    def test_lost_answer_is_no_second_parcel(self):
        self.amazon.errors.append(
            errors.UnavailableError("Lost", seconds=60, maybe_done=True)
        )
        parcel = self.ship(self.sell())
        self.run_queue()
        self.assertEqual(parcel.state, "sending")
        self.run_queue()
        self.assertEqual(len(self.amazon.calls), 1, "asked before its time")
        self.later(minutes=2)
        self.run_queue()
        self.check(parcel, "confirmed")
        self.assertEqual(len(self.amazon.calls), 2)
        self.assertEqual(len(self.amazon.parcels), 1)

    def test_one_bad_parcel_stops_no_other(self):
        self.import_lines("mfn_orders_eu", {}, {"order-id": "302-0000002-0000002"})
        orders = self.get_order(REF) + self.get_order("302-0000002-0000002")
        self.amazon.errors.append(RuntimeError("bug"))
        parcels = self.ship(orders[0]) + self.ship(orders[1])
        with mute_logger(LOGGER):
            # The rollback of a real run would undo the test itself.
            self.patch(self.env.cr, "rollback", lambda: None)
            self.run_queue()
        self.check(parcels[0], "given_up", "shipment_unexpected")
        self.check(parcels[1], "confirmed")

    def test_yes_is_no_proof(self):
        self.amazon.forgets = True
        parcel = self.ship(self.sell())
        self.run_queue()
        for hours, state, reason in (
            (0.5, "confirmed", "shipment_not_seen_yet"),
            (2, "queued", "shipment_sent_again"),
        ):
            self.later(hours=hours)
            self.run_queue()
            self.check(parcel, state, reason)
        for _look in range(4):
            self.later(hours=30)
            self.run_queue()
        self.check(parcel, "given_up", "shipment_not_seen")
        self.assertEqual(len(self.amazon.calls), 2)
        self.assertTrue(parcel.order_id.activity_ids)

    def test_without_connection(self):
        parcel = self.ship(self.sell())
        self.amazon.errors.append(
            errors.AuthorizationError("No", reason="invalid_grant", status=400)
        )
        self.run_queue()
        self.assertEqual(parcel.state, "queued")
        self.assertEqual(self.account.connection_state, "unauthorized")
        self.later(hours=7)
        self.run_queue()
        self.check(parcel, "confirmed")

    def test_what_waits_stands_in_the_list_of_to_dos(self):
        parcel = self.ship(self.sell(), number=False)
        todo = self.env["amazon.todo"].search([("kind", "=", "shipment")])
        self.assertEqual(todo.mapped("record_id"), [parcel.id])
        self.assertEqual(todo.explanation, parcel.reason)
        todo.action_mend()
        self.check(parcel, "waiting", "shipment_no_tracking")
