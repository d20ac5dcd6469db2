from datetime import date, timedelta

from odoo import api, fields, models

from ...vat_rules import shorten_postcode
from ..invoicing.amazon_vat_invoice_billing import LOOK_AGAIN
from .amazon_privacy_trace import Trace
from .res_partner import BUSINESS_TEXTS, REACHED_BY

#: What is sent to a contact by other ways than mail, where the addons are there.
LETTERS = ("sms.sms", "snailmail.letter")
#: Nobody reads up on what is deleted, and no number is asked for at VIES.
QUIET = {
    "tracking_disable": True,
    "mail_notrack": True,
    "no_vat_validation": True,
}


class AmazonPrivacyContact(models.AbstractModel):
    """Forgets contacts: each as far as nothing else needs it.

    - An order of Amazon that is not due yet uses it: it stays as it is.
    - A user has it, or a document that is not Amazon's names it: it loses telephone
      and e-mail as far as Amazon gave them.
    - An entry of the books names it that the tax law keeps: it loses telephone,
      e-mail and all notes, and is looked at again when the time is up.
    - Nothing: it gets a pseudonym and is archived.
    """

    _name = "amazon.privacy.contact"
    _description = "Contacts of Amazon's Buyers"

    @api.private
    def collect(self, orders):
        """Return the contacts that an import made for the buyers of orders.

        Contacts that people made, and those that buyers without name share, are none.

        :param orders: ``sale.order`` records
        """
        moves = orders.invoice_ids
        named = (
            orders.partner_id
            | orders.partner_invoice_id
            | orders.partner_shipping_id
            | orders.picking_ids.partner_id
            | moves.partner_id
            | moves.partner_shipping_id
            | self.env["amazon.vat.invoice"]
            .search([("sale_order_id", "in", orders.ids)])
            .billing_partner_id
        )
        customers = (named | named.commercial_partner_id).filtered(self._is_own)
        # Also the addresses that a buyer had before.
        return self._filter_own(
            named
            | customers
            | customers.with_context(active_test=False).search(
                [("parent_id", "in", customers.ids)]
            )
        )

    def _filter_own(self, partners):
        shared = self.env["amazon.account"].with_context(active_test=False).search([])
        return (
            partners.filtered(
                lambda partner: self._is_own(partner) or self._is_own(partner.parent_id)
            )
            - shared.collective_partner_id
        )

    def _is_own(self, partner):
        """Whether an import made a contact for one buyer."""
        if partner.amazon_forget_on:
            return True
        key = partner.amazon_buyer_key or ""
        # The customer of all buyers without name tells of nobody.
        return bool(key) and not (key.startswith("anonymous|") and key.count("|") == 1)

    @api.private
    def forget(self, partners, orders, told, businesses):
        """Forget contacts as far as nothing else needs them.

        :param partners: ``res.partner`` records; see `collect`
        :param orders: ``sale.order`` records of Amazon that are forgotten now
        :param told: what Amazon said of the buyers, a set of texts
        :param businesses: customers that are no consumers
        :return: ``{"contact_count": …, "kept_count": …, …}``
        """
        use = self.find_uses(partners, orders)
        # A customer is needed as long as one of its addresses is.
        use.elsewhere |= {
            partner.parent_id.id for partner in partners if partner.id in use.elsewhere
        }
        partners = partners.with_context(**QUIET)
        left = partners.filtered(lambda partner: partner.id not in use.waiting)
        elsewhere = left.filtered(lambda partner: partner.id in use.elsewhere)
        self._forget_reach(elsewhere, told)
        booked = (left - elsewhere).filtered(
            lambda partner: self._get_end(partner, use)
            >= fields.Date.context_today(self)
        )
        for partner in booked:
            self._reduce(partner, self._get_end(partner, use))
        gone = left - elsewhere - booked
        traces = [
            # Their own fields are emptied here.
            Trace(partner, partner._get_personal_texts(), stays=True)
            for partner in gone | booked
        ]
        # The tax law demands none of what was made out to them any more.
        traces += self._get_entry_traces(gone)
        # Before the first of them loses what it is made of.
        pseudonyms = {partner: partner._get_amazon_pseudonym() for partner in gone}
        for partner, pseudonym in pseudonyms.items():
            self._replace(partner, pseudonym, businesses)
        counts = self.env["amazon.privacy.trace"].forget(traces)
        self._forget_letters(gone | booked)
        return {
            **counts,
            "contact_count": len(gone),
            "kept_count": len(elsewhere | booked),
        }

    def _get_entry_traces(self, partners):
        """Return what is taken out of the entries of contacts, whose time is up."""
        moves = self.env["account.move"].search([("partner_id", "in", partners.ids)])
        traces = []
        for move in moves:
            texts = (
                move.partner_id | move.commercial_partner_id | move.partner_shipping_id
            )._get_personal_texts()
            traces.append(Trace(move, texts))
            if not move.inalterable_hash:
                traces += [Trace(line, texts) for line in move.line_ids]
        return traces

    def _get_end(self, partner, use):
        """Return the last day on which the tax law keeps a contact."""
        day = use.booked.get(partner.id)
        if not day:
            return date.min
        accounts = self.env["amazon.account"].with_context(active_test=False)
        company = partner.company_id or self.env.company
        years = accounts._get_personal_data_years(company)
        # The time begins with the end of the year (section 147 (4) of the German AO).
        return date(day.year + years, 12, 31)

    def _forget_reach(self, partners, told):
        """Drop telephone and e-mail that Amazon gave; people may have given others."""
        told = {" ".join(text.casefold().split()) for text in told}
        for partner in partners:
            partner.write(
                {
                    name: False
                    for name in REACHED_BY
                    if partner[name]
                    and " ".join(partner[name].casefold().split()) in told
                }
                | {"amazon_forget_on": fields.Date.context_today(self) + LOOK_AGAIN}
            )

    def _reduce(self, partner, until):
        """Leave of a contact what an invoice has to say."""
        kept = {"street", "street2", "city", "company_name", *BUSINESS_TEXTS}
        partner.write(
            {
                **dict.fromkeys(set(partner._get_personal_names()) - kept, False),
                # Who orders again is a customer anew.
                "amazon_buyer_key": False,
                "amazon_forgotten_at": fields.Datetime.now(),
                "amazon_forget_on": until + timedelta(days=1),
            }
        )

    def _replace(self, partner, pseudonym, businesses):
        """Replace who a contact is by a pseudonym."""
        customer = partner.commercial_partner_id
        names = set(partner._get_personal_names())
        values = {"name": pseudonym}
        if customer in businesses:
            names -= BUSINESS_TEXTS
            if partner == customer or partner.name == customer.name:
                values["name"] = partner.name
        values |= dict.fromkeys(names, False)
        if partner.amazon_vat and not values.get("vat", True):
            values["amazon_vat_state"] = False
        partner.write(
            {
                **values,
                "zip": shorten_postcode(
                    partner.country_id.code or "", partner.zip or ""
                ),
                "image_1920": False,
                "partner_latitude": 0.0,
                "partner_longitude": 0.0,
                "amazon_buyer_key": False,
                "amazon_forgotten_at": fields.Datetime.now(),
                "amazon_forget_on": False,
                "active": False,
            }
        )

    def _forget_letters(self, partners):
        """Delete what is sent to contacts by post and by telephone."""
        for name in LETTERS:
            if name in self.env:
                self.env[name].search([("partner_id", "in", partners.ids)]).unlink()
