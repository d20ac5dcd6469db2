from odoo import api, fields, models
from odoo.exceptions import UserError

from ...messages import MessageText, message
from ..fulfilment.amazon_parcel import PARCEL_READER_GROUPS

STATES = [
    ("waiting", "Waiting"),
    ("queued", "Queued"),
    ("sending", "Sending"),
    ("confirmed", "Confirmed"),
    ("seen", "Seen at Amazon"),
    ("refused", "Refused"),
    ("given_up", "Given Up"),
    ("not_needed", "Not Needed"),
]
#: Amazon may know the parcel.
TOLD_STATES = ("sending", "confirmed", "seen")


class AmazonShipmentConfirmation(models.Model):
    """A parcel, told to Amazon: one record for each, so never twice.

    waiting (something is missing, or a person has to say so) --> queued --> sending
        --> confirmed (Amazon said yes) --> seen (Amazon shows it)
    sending --> refused (Amazon says why) | queued (again, later)
    queued | confirmed --> given_up (tried too often, or never seen)
    waiting | refused --> not_needed (Amazon knows already, or does not want to)
    any but sending --(a person, or a corrected tracking number)--> queued

    The parcel's reference never changes: with it, telling Amazon again corrects the
    parcel and makes no second one. So a lost answer is no danger: it is sent again.
    """

    _name = "amazon.shipment.confirmation"
    _description = "Parcel Confirmed to Amazon"
    _inherit = ["amazon.sending", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "package_reference"
    _check_company_auto = True

    picking_id = fields.Many2one(
        "stock.picking",
        "Delivery",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    package_id = fields.Many2one(
        "stock.package",
        readonly=True,
        ondelete="restrict",
        help="Empty: all goods of the delivery are one parcel",
    )
    order_id = fields.Many2one(
        "sale.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    order_ref = fields.Char(
        "Amazon Order", related="order_id.amazon_order_ref", store=True
    )
    account_id = fields.Many2one(
        "amazon.account", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    marketplace_id = fields.Many2one(related="order_id.amazon_marketplace_id")
    package_reference = fields.Char(
        "Parcel",
        required=True,
        readonly=True,
        copy=False,
        help="By this number Amazon knows the parcel; it stays the same for ever",
    )
    items = fields.Json(readonly=True, help="Units by Amazon's order item")
    contents = fields.Char(compute="_compute_contents")
    carrier_id = fields.Many2one(related="picking_id.carrier_id")
    carrier_code = fields.Char("Carrier at Amazon", readonly=True)
    shipping_method = fields.Char("Service", readonly=True)
    tracking_number = fields.Char(readonly=True, groups=PARCEL_READER_GROUPS)
    ship_date = fields.Datetime("Shipped", readonly=True)
    latest_ship_date = fields.Datetime(related="order_id.amazon_latest_ship_date")
    country_id = fields.Many2one("res.country", "Shipped From", readonly=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="waiting", index=True
    )
    reason_code = fields.Char(readonly=True)
    reason = MessageText(readonly=True, help="What it waits for, or why it stopped")
    asked_by_person = fields.Boolean(readonly=True)
    attempts = fields.Integer(readonly=True)
    first_attempt_at = fields.Datetime("First Attempt", readonly=True)
    next_attempt = fields.Datetime(readonly=True)
    sending_at = fields.Datetime("Sending Since", readonly=True)
    confirmed_at = fields.Datetime("Confirmed", readonly=True)
    seen_at = fields.Datetime("Seen at Amazon", readonly=True)
    look_at = fields.Datetime("Next Look", readonly=True)
    looks = fields.Integer(readonly=True)
    error_text = MessageText("Amazon Says", readonly=True)

    _parcel_unique = models.UniqueIndex(
        "(picking_id, COALESCE(package_id, 0))",
        "This parcel is told to Amazon already.",
    )
    _reference_unique = models.UniqueIndex(
        "(order_id, package_reference)",
        "Another parcel of this order has this number.",
    )
    _due = models.Index(
        "(account_id, id) "
        "WHERE state IN ('waiting', 'queued', 'sending', 'confirmed', 'refused')"
    )

    @api.depends("items", "order_id.order_line")
    def _compute_contents(self):
        for parcel in self:
            lines = {
                line._get_amazon_item_ref(): line
                for line in parcel.order_id.order_line
                if line.amazon_line_type == "item"
            }
            parcel.contents = ", ".join(
                f"{quantity} × {lines[item].product_id.display_name}"
                if item in lines
                else f"{quantity} × {item}"
                for item, quantity in (parcel.items or {}).items()
            )

    # === INTO THE QUEUE === #

    @api.model
    def _create_for(self, pickings, by_person=False):
        """Make the records of done deliveries of Amazon orders, one for each parcel.

        :param pickings: ``stock.picking`` records
        :param by_person: a person asks for it: the account's setting does not count
        :return: the new records
        """
        done = pickings.filtered(
            lambda picking: (
                picking.state == "done"
                and picking.picking_type_code == "outgoing"
                and picking.sale_id.amazon_fulfillment == "mfn"
                and picking.sale_id.amazon_account_id
                and not picking.amazon_confirmation_ids
                and not picking.return_id
            )
        )
        if not by_person:
            done = done.filtered(
                lambda picking: (
                    picking.sale_id.amazon_account_id.shipment_confirmation != "off"
                )
            )
        vals_list = [
            self._prepare_confirmation(picking, package, items, by_person)
            for picking in done
            for package, items in self._get_parcels(picking).items()
        ]
        parcels = self.create(vals_list)
        parcels._pass_gate()
        return parcels

    def _prepare_confirmation(self, picking, package, items, by_person):
        return {
            "picking_id": picking.id,
            "package_id": package.id,
            "order_id": picking.sale_id.id,
            "account_id": picking.sale_id.amazon_account_id.id,
            "package_reference": self.env["ir.sequence"].next_by_code(
                "amazon.shipment.confirmation"
            ),
            "items": items,
            "asked_by_person": by_person,
        }

    # === ACTIONS === #

    def _check_not_sending(self):
        for parcel in self.filtered(lambda parcel: parcel.state == "sending"):
            raise UserError(
                self.env._(
                    "Parcel %(parcel)s of order %(order)s is being told to Amazon just "
                    "now. Try again in a minute.",
                    parcel=parcel.package_reference,
                    order=parcel.order_ref,
                )
            )

    def action_confirm_shipment(self):
        """Tell Amazon of parcels now, whatever the account's setting says."""
        self.check_access("read")
        parcels = self.sudo()
        parcels._check_not_sending()
        parcels.write(
            {
                "asked_by_person": True,
                "attempts": 0,
                "first_attempt_at": False,
                "next_attempt": False,
                "error_text": False,
            }
        )
        parcels._pass_gate()
        parcels._wake_sender()
        return True

    def action_set_not_needed(self):
        """Leave parcels out: Amazon knows of them, or a person tells it."""
        self.check_access("read")
        parcels = self.sudo()
        parcels._check_not_sending()
        parcels._note(
            message("shipment_left_out", user=self.env.user.name),
            state="not_needed",
            asked_by_person=False,
            next_attempt=False,
        )
        return True

    def action_view_carriers(self):
        """Open the account at its carriers."""
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_account_action"
        )
        action.update(
            view_mode="form", views=[(False, "form")], res_id=self.account_id.id
        )
        return action

    def _wake_sender(self):
        if any(parcel.state == "queued" for parcel in self):
            self.env.ref(
                "amazon_order_import.ir_cron_confirm_shipments"
            ).sudo()._trigger()
