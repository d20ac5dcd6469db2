from collections import Counter

from odoo import api, models

from ...models.order.lookups import OrderBatch
from ...report_formats import VatInvoiceRow
from ..order.address_text import clean
from ..order.change import KEPT_FIELDS
from ..order.partner import ADDRESS_FIELDS, AMAZON_COMPANY


class AmazonPartnerImporter(models.AbstractModel):
    _inherit = "amazon.partner.importer"

    @api.model
    def set_vat_numbers(self, account, numbers):
        """Fill in the VAT numbers of buyers that came after their orders.

        A customer whom this order alone has made gets the number. One that has another
        number, or that several orders share (Amazon as buyer, a collective customer),
        is left as it is: the order, while it is open, gets a customer of its own.

        :param account: ``amazon.account`` record of all orders
        :param dict numbers: ``{sale.order: VAT number as Amazon writes it}``
        """
        batch = OrderBatch(None, account, account.company_id)
        rows = {
            order: VatInvoiceRow(
                order.amazon_order_ref, "SHIPMENT", buyer_vat_number=number
            )
            for order, number in numbers.items()
        }
        places = self._get_places(rows.values())
        found = {}
        for order, row in rows.items():
            country = order.partner_id.commercial_partner_id.country_id
            number, state = self._get_vat(
                row, batch, places, {"country_id": country.id}
            )
            if number and state != "invalid":
                found[order] = {
                    "vat": number,
                    "amazon_vat": number,
                    "amazon_vat_state": state,
                }
        keys = {order: self._get_vat_key(order, vals) for order, vals in found.items()}
        known = self._find_customers(batch, keys.values())
        orders = self.env["sale.order"].concat(*found)
        counts = self._count_orders(orders.partner_id.commercial_partner_id)
        for order, vals in found.items():
            customer = order.partner_id.commercial_partner_id
            if customer.vat == vals["vat"]:
                if customer.amazon_vat_state != vals["amazon_vat_state"]:
                    customer.write(vals)
            elif keys[order] not in known and self._is_own_customer(
                batch, customer, counts
            ):
                customer.write({**vals, "is_company": True})
            elif not self._is_invoiced(order):
                own = known.get(keys[order]) or self._create_own_customer(
                    batch, order, {**vals, "amazon_buyer_key": keys[order]}
                )
                known[keys[order]] = own
                self._set_customer(order, own)

    def _get_vat_key(self, order, vals):
        """Return what finds the customer of an order with a VAT number again."""
        key = order.partner_id.commercial_partner_id.amazon_buyer_key or ""
        base = key.split("|")[0]
        if base in ("", "anonymous", "order"):
            base = f"order|{order.amazon_order_ref}"
        return f"{base}|{vals['vat'].casefold()}"

    def _find_customers(self, batch, keys):
        customers = {}
        for customer in self.env["res.partner"].search(
            [
                ("amazon_buyer_key", "in", list(keys)),
                ("parent_id", "=", False),
                ("company_id", "in", [False, batch.company.id]),
            ],
            order="id",
        ):
            customers.setdefault(customer.amazon_buyer_key, customer)
        return customers

    def _count_orders(self, customers):
        """Return how many orders each customer has."""
        counts = Counter()
        for partner, count in self.env["sale.order"]._read_group(
            [("partner_id", "child_of", customers.ids)], ["partner_id"], ["__count"]
        ):
            counts[partner.commercial_partner_id] += count
        return counts

    def _is_own_customer(self, batch, customer, counts):
        """Whether nobody else's VAT number can stand on a customer."""
        key = customer.amazon_buyer_key or ""
        return (
            bool(key)
            and not customer.vat
            and not key.startswith("anonymous|")
            and customer != batch.account.collective_partner_id
            and not AMAZON_COMPANY.match(clean(customer.name or ""))
            and counts[customer] <= 1
        )

    def _is_invoiced(self, order):
        return (
            order.state == "cancel"
            or order.locked
            or any(move.state != "cancel" for move in order.invoice_ids)
        )

    def _create_own_customer(self, batch, order, vals):
        """Create the customer with a VAT number: name and address are the buyer's."""
        contact = order.partner_invoice_id
        copied = {
            name: contact._fields[name].convert_to_write(contact[name], contact)
            for name in ("name", "email", "phone", "lang", *ADDRESS_FIELDS)
        }
        if "vies_valid" in contact._fields:
            # Given, it is not asked for at the European VAT service.
            vals = {**vals, "vies_valid": False}
        return contact.create(
            {**copied, **vals, "is_company": True, "company_id": batch.company.id}
        )

    def _set_customer(self, order, customer):
        kept = [order._fields[name] for name in (*KEPT_FIELDS, "fiscal_position_id")]
        with self.env.protecting(kept, order):
            order.write({"partner_id": customer.id, "partner_invoice_id": customer.id})
