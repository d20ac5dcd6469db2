from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields

from ...models.shipping import amazon_shipment_confirmation_sending as sending
from ...selling_partner.records import Order, Package
from ..common import AmazonCase

MFN = "mfn_orders_eu"
REF = "302-0000001-0000001"
ITEM = "10000000000001"
NUMBER = "00340434161094000001"
OTHER_NUMBER = "00340434161094000002"


class Amazon:
    """What the client tells of Amazon: it keeps parcels, or fails as a test says."""

    def __init__(self):
        self.parcels = {}
        self.calls = []
        self.errors = []
        self.forgets = False
        self.status = "UNSHIPPED"

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass

    def confirm_shipment(self, **values):
        self.calls.append(values)
        error = self.errors.pop(0) if self.errors else None
        if error is None or getattr(error, "maybe_done", False):
            if not self.forgets:
                key = values["order_id"], values["package_reference"]
                self.parcels[key] = values
        if error:
            raise error

    def get_order(self, order_id):
        packages = tuple(
            Package(
                reference,
                values["carrier_code"],
                values["tracking_number"],
                "SHIPPED",
                values["ship_date"],
                values["items"],
            )
            for (order, reference), values in self.parcels.items()
            if order == order_id
        )
        return Order(order_id, self.status, (), (), packages)


class ShippingCase(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.write(
            {"shipment_confirmation": "auto", "order_workflow": "confirm"}
        )
        cls.method = cls.env["delivery.carrier"].create(
            {
                "name": "DHL Parcel",
                "product_id": cls.env["product.product"]
                .create({"name": "Parcel", "type": "service"})
                .id,
            }
        )
        cls.line = cls.env["amazon.shipment.carrier"].create(
            {
                "account_id": cls.account.id,
                "carrier_id": cls.method.id,
                "code_id": cls.env.ref("amazon_order_import.carrier_dhl").id,
                "shipping_method": "DHL Paket",
            }
        )
        cls.amazon = Amazon()
        Confirmation = sending.AmazonShipmentConfirmation
        for target, name, function in (
            (type(cls.account), "_get_client", lambda account: cls.amazon),
            (Confirmation, "_pause", lambda parcels, seconds: None),
        ):
            cls.startClassPatcher(patch.object(target, name, function))

    def setUp(self):
        super().setUp()
        self.amazon.__init__()

    def sell(self, *rows):
        self.import_lines(MFN, *(rows or ({},)))
        return self.get_order(REF)

    def ship(self, order, number=NUMBER, quantity=None, method=True):
        """Validate the open delivery; what is not taken is a back order."""
        picking = order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        if method:
            picking.carrier_id = self.method
        picking.carrier_tracking_ref = number
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
        return picking.amazon_confirmation_ids

    def run_queue(self, times=1):
        for _time in range(times):
            self.env["amazon.shipment.confirmation"]._run(
                self.account, lambda done=0, remaining=None: 60
            )

    def later(self, **delta):
        frozen = freeze_time(fields.Datetime.now() + timedelta(**delta))
        frozen.start()
        self.addCleanup(frozen.stop)

    def at(self, moment):
        return freeze_time(moment)

    def check(self, parcel, state, reason=False):
        self.assertEqual(
            (parcel.state, parcel.reason_code), (state, reason), parcel.reason
        )
