from collections import Counter
from dataclasses import dataclass

from odoo import fields, models

from ...messages import Message, Name, holds_message, message
from .amazon_shipment_confirmation import TOLD_STATES


@dataclass(frozen=True)
class Gate:
    """Whether Amazon may be told of a parcel now.

    - ``state``: ``queued`` lets it pass; ``waiting`` needs something; ``not_needed``
    - ``reason``: why, or None
    """

    state: str
    reason: Message | None = None


class AmazonShipmentConfirmation(models.Model):
    """Which parcels Amazon may be told of, and why not of others."""

    _inherit = "amazon.shipment.confirmation"

    def _pass_gate(self):
        """Let parcels into the queue that may be told; note why others may not."""
        for parcel in self:
            parcel._refresh()
            gate = parcel._get_gate()
            if parcel.state != gate.state or not holds_message(
                parcel, "reason", gate.reason
            ):
                parcel._note(gate.reason, state=gate.state)

    def _refresh(self):
        """Take over what delivery and carriers say by now.

        What is in a parcel stays once Amazon was told of it: what comes back later
        has left all the same.
        """
        self.ensure_one()
        picking = self.picking_id
        line = self._get_carrier_line()
        moment = picking.date_done or fields.Datetime.now()
        bought = self.order_id.amazon_purchase_date or moment
        values = {
            "carrier_code": line.code_id.name,
            "shipping_method": line.shipping_method,
            "tracking_number": self._get_tracking() or False,
            "ship_date": min(max(moment, bought), fields.Datetime.now()),
            "country_id": picking.picking_type_id.warehouse_id.partner_id.country_id.id,
        }
        if not self.confirmed_at and not self.sending_at:
            items = self._get_parcels(picking)
            values["items"] = items.get(self.package_id, {})
        changed = {
            name: value
            for name, value in values.items()
            if (self[name].id if name == "country_id" else self[name]) != value
        }
        if changed:
            self.write(changed)

    def _get_carrier_line(self):
        picking = self.picking_id
        return self.account_id.shipment_carrier_ids._find(
            picking.carrier_id, picking.partner_id.country_id
        )

    def _get_gate(self):
        """Return the `Gate` of a parcel: whether Amazon may be told of it now."""
        self.ensure_one()
        return (
            self._get_order_gate()
            or self._get_carrier_gate()
            or self._get_place_gate()
            or self._get_setting_gate()
            or Gate("queued")
        )

    def _get_order_gate(self):
        order, asked = self.order_id, self.asked_by_person
        if not self.items:
            return Gate("not_needed", message("shipment_empty"))
        if order.state == "cancel":
            return Gate("waiting", message("shipment_cancelled_here", order=order.name))
        if order.amazon_is_prime and not asked:
            return Gate("not_needed", message("shipment_prime"))
        if order._has_amazon_cancel_request() and not asked:
            reason = order.amazon_cancel_reason or "–"
            return Gate("waiting", message("shipment_cancel_asked", why=reason))
        ordered = Counter()
        for line in order.order_line:
            if line.amazon_line_type == "item":
                ordered[line._get_amazon_item_ref()] += line.product_uom_qty
        told = Counter(self.items)
        for parcel in order.amazon_confirmation_ids - self:
            if parcel.state in TOLD_STATES:
                told.update(parcel.items)
        for item, units in told.items():
            if units > ordered[item] and not asked:
                return Gate(
                    "waiting",
                    message(
                        "shipment_too_many",
                        item=item,
                        ordered=int(ordered[item]),
                        told=units,
                    ),
                )
        return None

    def _get_carrier_gate(self):
        method = self.picking_id.carrier_id
        if not method:
            picking = Name.of(self.picking_id)
            return Gate("waiting", message("shipment_no_method", picking=picking))
        line = self._get_carrier_line()
        if not line.code_id:
            return Gate("waiting", message("shipment_no_carrier", method=method.name))
        if line.code_id.name == "Other" and not line.carrier_name:
            return Gate("waiting", message("shipment_other", method=method.name))
        tracking = self._get_tracking()
        if not tracking:
            picking = Name.of(self.picking_id)
            return Gate("waiting", message("shipment_no_tracking", picking=picking))
        if not line.code_id._fits(tracking) and not self.asked_by_person:
            return Gate(
                "waiting",
                message(
                    "shipment_tracking_form",
                    number=tracking,
                    carrier=line.code_id.name,
                ),
            )
        return None

    def _get_place_gate(self):
        """Where a first parcel has left from decides the VAT of all (EU and UK)."""
        first = self.order_id.amazon_confirmation_ids.filtered(
            lambda parcel: parcel != self and parcel.state in TOLD_STATES
        ).sorted("id")[:1]
        other = first.country_id and first.country_id != self.country_id
        if self.account_id.region != "eu" or not other or self.asked_by_person:
            return None
        return Gate(
            "waiting",
            message(
                "shipment_other_country",
                first=Name.of(first.country_id),
                country=Name.of(self.country_id) if self.country_id else "–",
            ),
        )

    def _get_setting_gate(self):
        setting = self.account_id.shipment_confirmation
        if self.asked_by_person or setting == "auto":
            return None
        if setting == "manual":
            return Gate("waiting", message("shipment_by_hand"))
        return Gate("waiting", message("shipment_off", account=self.account_id.name))
