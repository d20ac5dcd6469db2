import hashlib
from dataclasses import dataclass, field
from datetime import date

from odoo import api, models

from ...messages import FieldName, message


@dataclass
class OrderChange:
    """What a report changed on the head of a known order.

    - ``texts``: each change with the old and the new value, a `Message`
    - ``left``: those that are left to a person
    - ``retax``: the fiscal position changed: the taxes of all lines are due anew
    """

    texts: list = field(default_factory=list)
    left: list = field(default_factory=list)
    retax: bool = False


class AmazonOrderChange(models.AbstractModel):
    _name = "amazon.order.change"
    _description = "Changes of Amazon Orders"

    @api.private
    def describe(self, row, details):
        """Return what a report says of an order, to notice later when it changes.

        :param row: ``SaleRow``
        :param dict details: values of ``sale.order`` that the report gives
        :return: dict for ``sale.order.amazon_told``; addresses as keyed hashes, so that
            they hold no personal data
        """
        return {
            "details": {name: _plain(value) for name, value in details.items()},
            "recipient": self._hash_address(row.recipient),
            "billing": self._hash_address(row.billing),
        }

    def _hash_address(self, address):
        """Return a hash of an address, ``""`` where the report gives none."""
        if not address.name and not address.street1:
            return ""
        parts = (
            address.name,
            address.street1,
            address.street2,
            address.street3,
            address.city,
            address.state,
            address.postal_code,
            address.country,
        )
        text = "\0".join(" ".join(part.casefold().split()) for part in parts)
        digest = hashlib.sha256(text.encode()).hexdigest()[:20]
        return self.env["res.partner"]._hash_amazon_text(digest)

    @api.private
    def update_order(self, lookups, order, works, details, get_position):
        """Bring the head of a known order up to what a report says.

        Only what Amazon itself changed since it last told is written: what a person
        changed in Odoo stays.

        :param lookups: `OrderLookups`
        :param works: list of ``RowWork`` of the order
        :param dict details: values of ``sale.order`` that the report gives
        :param get_position: function ``(customer, delivery contact)`` that returns the
            fiscal position
        :return: `OrderChange`
        """
        change = OrderChange()
        told = self.describe(works[0].values, details)
        known = order.amazon_told
        if not known:
            order.amazon_told = {**told, "report": lookups.report.id}
        elif {**known, **told} != known and not self._is_outdated(lookups, known):
            self._update_details(order, details, known, told, change)
            if any(
                told[part] and told[part] != known.get(part)
                for part in ("recipient", "billing")
            ):
                self._update_contacts(lookups, order, works, change, get_position)
            # What a variant of the report leaves out is not taken back.
            order.amazon_told = {
                **known,
                "report": lookups.report.id,
                "details": {
                    **known["details"],
                    **{name: value for name, value in told["details"].items() if value},
                },
                **{
                    part: told[part] or known.get(part, "")
                    for part in ("recipient", "billing")
                },
            }
        return change

    def _is_outdated(self, lookups, known):
        """Whether a later report has told of the order already."""
        latest = lookups.report.browse(known.get("report")).exists()
        return bool(latest) and lookups.report._is_older_than(latest)

    # === DETAILS === #

    def _update_details(self, order, details, known, told, change):
        values = {
            name: details[name]
            for name, value in told["details"].items()
            if value and value != known["details"].get(name)
        }
        if not values:
            return
        closed = self._is_documented(order)
        number = values.get("amazon_purchase_order_number")
        if number and not closed:
            old = known["details"].get("amazon_purchase_order_number")
            if order.client_order_ref in (False, old, order.amazon_order_ref):
                values["client_order_ref"] = number
        if closed:
            # Amazon's own data are noted in any case, Odoo's documents stay.
            if number:
                change.left.append(
                    self._describe_detail(
                        order, values, known, "amazon_purchase_order_number"
                    )
                )
            values = {
                name: value
                for name, value in values.items()
                if name.startswith("amazon_")
            }
        change.texts += [
            self._describe_detail(order, values, known, name)
            for name in values
            if name in told["details"]
        ]
        order.write(values)

    def _describe_detail(self, order, values, known, name):
        """Return a change as `Message`: ``Purchase order: 4711 → 4712``."""
        return message(
            "detail_changed",
            field=FieldName(order._name, name),
            old=known["details"].get(name) or "–",
            new=_plain(values[name]),
        )

    # === CONTACTS === #

    def _update_contacts(self, lookups, order, works, change, get_position):
        customer, invoice, delivery = self.env["amazon.partner.importer"].get_partners(
            works[:1], lookups
        )[0]
        wanted = {
            "partner_id": customer,
            "partner_invoice_id": invoice,
            "partner_shipping_id": delivery,
        }
        values = {
            name: partner.id
            for name, partner in wanted.items()
            if order[name] != partner
        }
        if not values:
            return
        text = message(
            "address_changed",
            old=self._describe_contacts(
                order.partner_shipping_id, order.partner_invoice_id
            ),
            new=self._describe_contacts(delivery, invoice),
        )
        if self._is_documented(order):
            change.left.append(text)
            return
        change.texts.append(text)
        position = get_position(customer, delivery)
        if position != order.fiscal_position_id:
            values["fiscal_position_id"] = position.id
            change.retax = True
        order.with_context(update_delivery_shipping_partner=True)._set_amazon_contacts(
            values
        )
        order.picking_ids.move_ids.filtered(
            lambda move: move.partner_id and move.state not in ("done", "cancel")
        ).partner_id = delivery

    def _describe_contacts(self, delivery, invoice):
        return " | ".join(
            ", ".join(
                filter(
                    None,
                    (partner.name or "", *partner._display_address(True).split("\n")),
                )
            )
            for partner in dict.fromkeys((delivery, invoice))
        )

    def _is_documented(self, order):
        """Whether a document stands already: shipped from here, or invoiced."""
        return bool(
            order.locked
            or order.state == "cancel"
            or any(invoice.state != "cancel" for invoice in order.invoice_ids)
            or any(picking.state == "done" for picking in order.picking_ids)
            and order.amazon_fulfillment == "mfn"
        )


def _plain(value):
    """Return a field value as JSON can hold it."""
    if isinstance(value, date):
        return value.isoformat(sep=" ")
    if isinstance(value, models.BaseModel):
        return value.ids
    return value
