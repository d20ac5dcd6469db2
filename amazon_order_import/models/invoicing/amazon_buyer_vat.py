from collections import Counter

from odoo import api, models

from ...report_formats import TaxRegistration
from ..order.address_text import clean, country_code, is_amazon
from ..order.res_partner import ADDRESS_FIELDS


class AmazonBuyerVat(models.AbstractModel):
    """Gives customers the VAT numbers that came after their orders."""

    _name = "amazon.buyer.vat"
    _description = "Later VAT Numbers of Amazon's Buyers"

    @api.private
    def set_numbers(self, account, numbers):
        """Fill in the VAT numbers of buyers that came after their orders.

        A customer whom this order alone has made gets the number. One that has another
        number, or that several orders share (Amazon as buyer, a collective customer),
        is left as it is: the order, while it is open, gets a customer of its own.

        :param account: ``amazon.account`` record of all orders
        :param dict numbers: ``{sale.order: VAT number as Amazon writes it}``
        """
        found = self._check_numbers(account, numbers)
        keys = {order: self._get_vat_key(order, vals) for order, vals in found.items()}
        known = self._find_customers(account, keys.values())
        orders = self.env["sale.order"].concat(*found)
        counts = self._count_orders(orders.partner_id.commercial_partner_id)
        for order, vals in found.items():
            customer = order.partner_id.commercial_partner_id
            if customer.vat == vals["vat"]:
                if customer.amazon_vat_state != vals["amazon_vat_state"]:
                    customer.write(vals)
            elif keys[order] not in known and self._is_own_customer(
                account, customer, counts
            ):
                customer.write({**vals, "is_company": True})
            elif not self._is_invoiced(order):
                own = known.get(keys[order]) or self._create_own_customer(
                    account, order, {**vals, "amazon_buyer_key": keys[order]}
                )
                known[keys[order]] = own
                order._set_amazon_contacts(
                    {"partner_id": own.id, "partner_invoice_id": own.id}
                )

    @api.private
    def check_number(self, account, order, number):
        """Return the values of ``res.partner`` for a VAT number of good form, or {}.

        :param account: ``amazon.account`` record
        :param order: ``sale.order`` of the buyer
        :param str number: as Amazon writes it, or ``""``
        """
        numbers = {order: number} if number else {}
        return self._check_numbers(account, numbers).get(order, {})

    def _check_numbers(self, account, numbers):
        """Return the values of ``res.partner`` by order, for numbers of good form."""
        service = self.env["amazon.vat.number"]
        registrations = {
            order: [TaxRegistration(number, "", "VAT")]
            for order, number in numbers.items()
        }
        countries = self._find_countries(
            set().union(*map(service.get_country_texts, registrations.values()))
        )
        found = {}
        for order, registered in registrations.items():
            number, state = service.choose(
                account,
                registered,
                countries,
                order.partner_id.commercial_partner_id.country_id,
            )
            if number and state != "invalid":
                found[order] = {
                    "vat": number,
                    "amazon_vat": number,
                    "amazon_vat_state": state,
                }
        return found

    def _find_countries(self, texts):
        """Return ``res.country`` by ISO code, those that texts name."""
        codes = {code for text in texts if (code := country_code(clean(text)))}
        countries = self.env["res.country"].search([("code", "in", list(codes))])
        return countries.grouped("code")

    def _get_vat_key(self, order, vals):
        """Return what finds the customer of an order with a VAT number again."""
        key = order.partner_id.commercial_partner_id.amazon_buyer_key or ""
        base = key.split("|")[0]
        if base in ("", "anonymous", "order"):
            base = f"order|{order.amazon_order_ref}"
        return order.partner_id._hash_amazon_key(f"{base}|{vals['vat'].casefold()}")

    def _find_customers(self, account, keys):
        customers = {}
        for customer in self.env["res.partner"].search(
            [
                ("amazon_buyer_key", "in", list(keys)),
                ("parent_id", "=", False),
                ("company_id", "in", [False, account.company_id.id]),
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

    def _is_own_customer(self, account, customer, counts):
        """Whether nobody else's VAT number can stand on a customer."""
        key = customer.amazon_buyer_key or ""
        return (
            bool(key)
            and not customer.vat
            and not key.startswith("anonymous|")
            and customer != account.collective_partner_id
            and not is_amazon(customer.name or "")
            and counts[customer] <= 1
        )

    def _is_invoiced(self, order):
        return (
            order.state == "cancel"
            or order.locked
            or any(move.state != "cancel" for move in order.invoice_ids)
        )

    def _create_own_customer(self, account, order, vals):
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
            {**copied, **vals, "is_company": True, "company_id": account.company_id.id}
        )
