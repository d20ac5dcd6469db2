"""To whom a corrected invoice is made out."""

from datetime import timedelta

from odoo import fields, models

from ..order.res_partner import ADDRESS_FIELDS

NAMED_FIELDS = ("name", *ADDRESS_FIELDS)
#: A contact that a correction has made is looked at after this time; see the models of
#: privacy. Before, it is looked at with its order.
LOOK_AGAIN = timedelta(days=90)


class AmazonVatInvoice(models.Model):
    _inherit = "amazon.vat.invoice"

    def _find_billing_partner(self):
        """Return the contact to whom the document is made out, or none: the order's.

        A correction may have another name, address or VAT number: a contact below the
        customer, or a customer with this number. No contact that is known is changed:
        posted documents have it.
        """
        self.ensure_one()
        if not (self.is_corrected and self.document_type == "invoice"):
            return self.env["res.partner"]
        if not self.billing_partner_id:
            self.write(
                {"billing_partner_id": self._get_billing_partner().id, "billing": False}
            )
        return self.billing_partner_id

    def _get_billing_partner(self):
        order = self.sale_order_id
        current = order.partner_invoice_id
        customer = current.commercial_partner_id
        values = self._get_billing_values(current)
        number = self.env["amazon.buyer.vat"].check_number(
            self.account_id, order, self.buyer_vat
        )
        if number and number["vat"] != customer.vat:
            return self._find_billing_customer(current, values, number)
        wanted = self._get_billing_key(values)
        known = (current | customer).filtered(
            lambda contact: self._get_contact_key(contact) == wanted
        )
        known |= customer.child_ids.search(
            [("parent_id", "=", customer.id), ("zip", "=", values["zip"] or False)],
            order="id",
        ).filtered(lambda contact: self._get_contact_key(contact) == wanted)
        return known[:1] or current.create(
            {
                **values,
                "type": "invoice",
                "parent_id": customer.id,
                "company_id": customer.company_id.id,
                "email": current.email,
                "lang": current.lang,
                "amazon_forget_on": self._get_billing_forget_on(),
            }
        )

    def _get_billing_forget_on(self):
        """Return when a contact's personal data are looked at, with its order or not.

        It also marks the contact as one that an import made.
        """
        return fields.Date.context_today(self) + LOOK_AGAIN

    def _find_billing_customer(self, current, values, number):
        """Return the customer with another VAT number, created if there is none."""
        wanted = self._get_billing_key(values)
        known = current.search(
            [
                ("vat", "=", number["vat"]),
                ("parent_id", "=", False),
                ("company_id", "in", [False, self.company_id.id]),
            ],
            order="id",
        ).filtered(lambda contact: self._get_contact_key(contact) == wanted)
        if "vies_valid" in current._fields:
            # Given, it is not asked for at the European VAT service.
            number = {**number, "vies_valid": False}
        return known[:1] or current.create(
            {
                **values,
                **number,
                "is_company": True,
                "company_id": self.company_id.id,
                "email": current.email,
                "lang": current.lang,
                "amazon_forget_on": self._get_billing_forget_on(),
            }
        )

    def _get_billing_values(self, current):
        """Return name and address; what Amazon leaves out is that of the order."""
        told = self.billing or {}
        values = {
            name: current._fields[name].convert_to_write(current[name], current)
            for name in NAMED_FIELDS
        }
        if told.keys() & set(ADDRESS_FIELDS):
            values |= dict.fromkeys(ADDRESS_FIELDS, False)
        return {**values, **told}

    def _get_contact_key(self, contact):
        return self._get_billing_key(
            {
                name: contact._fields[name].convert_to_write(contact[name], contact)
                for name in NAMED_FIELDS
            }
        )

    def _get_billing_key(self, values):
        """Return what makes two contacts the same, however it is written."""
        return tuple(
            " ".join(value.casefold().split()) if isinstance(value, str) else value
            for value in (values[name] or False for name in NAMED_FIELDS)
        )
