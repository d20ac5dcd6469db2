import hashlib
from collections import defaultdict

from odoo import api, models

from ...models.order.address_text import (
    EMAIL_LENGTH,
    LINE_LENGTH,
    PHONE_LENGTH,
    POSTAL_CODE_LENGTH,
    clean,
    country_code,
    is_amazon,
    languages_of,
    place_key,
    shorten,
    state_keys,
)
from ...models.order.res_partner import ADDRESS_FIELDS

#: Contacts of an order: `res.partner` type of each.
KINDS = ("invoice", "delivery")


class _OrderTexts:
    """The texts of one order: cleaned and, where shortened, flagged."""

    def __init__(self, lookups, order_ref):
        self._lookups = lookups
        self._order_ref = order_ref

    def flag(self, name):
        if self._lookups:
            self._lookups.flag(self._order_ref, name)

    def line(self, text, length=LINE_LENGTH):
        cleaned = clean(text)
        shown = shorten(cleaned, length)
        if shown != cleaned:
            self.flag("text_shortened")
        return shown


class AmazonPartnerImporter(models.AbstractModel):
    _name = "amazon.partner.importer"
    _description = "Customers of Amazon Orders"

    @api.private
    def get_partners(self, works, lookups):
        """Find or create the contacts of orders, a constant number of queries for all.

        Known addresses are never rewritten: who moves gets a further contact, who
        orders for another company is another customer. What a person should look at
        is flagged.

        :param works: list of ``RowWork``: the first row of each order
        :param lookups: `OrderLookups`
        :return: list of ``(customer, invoice contact, delivery contact)``, one per row
        """
        places = self._get_places([work.values for work in works])
        buyers = [self._prepare_buyer(work, lookups, places) for work in works]
        self._set_customers(buyers, lookups)
        contacts = self._find_contacts(buyers)
        self._create_contacts(buyers, contacts, lookups)
        return [
            (
                buyer["partner"],
                *(
                    contacts[buyer["partner"].id, self._address_key(buyer[kind])]
                    for kind in KINDS
                ),
            )
            for buyer in buyers
        ]

    @api.private
    def prepare_billing(self, row):
        """Return what a row of a later report says of the billing address.

        :param row: ``report_formats.VatInvoiceRow``
        :return: values of ``res.partner``: name and address, those that are not empty
        """
        texts = _OrderTexts(None, row.order_id)
        name = texts.line(row.billing.name or row.buyer_company or row.buyer_name)
        common = dict.fromkeys(("email", "phone", "lang"), False)
        places = self._get_places([row])
        vals = self._prepare_contact(row.billing, name, common, places, texts)
        return {
            field: vals[field] for field in ("name", *ADDRESS_FIELDS) if vals[field]
        }

    # === WHAT THE REPORT SAYS === #

    def _get_places(self, rows):
        """Look up what the rows name.

        :return: dict ``countries`` by ISO code, ``states`` by ISO code and
            `place_key`, ``languages``: codes of the installed ones
        """
        texts = set()
        for row in rows:
            texts |= {row.recipient.country, row.billing.country}
            texts |= self.env["amazon.vat.number"].get_country_texts(
                row.buyer_tax_registrations
            )
        codes = {code for text in texts if (code := country_code(clean(text)))}
        countries = {
            country.code: country
            for country in self.env["res.country"].search([("code", "in", list(codes))])
        }
        states = defaultdict(dict)
        for state in self.env["res.country.state"].search(
            [("country_id.code", "in", list(codes))]
        ):
            code = state.country_id.code
            for key in state_keys(code, state.code, state.name):
                states[code].setdefault(key, state)
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        return {"countries": countries, "states": states, "languages": languages}

    def _prepare_buyer(self, work, lookups, places):
        """Return what a row says of its buyer.

        :return: dict with

            - ``key``: finds the customer again; false: the collective customer
            - ``contact_key``: finds the contact again below a customer whom many
              share; false: the customer is the buyer alone
            - ``customer``, ``invoice``, ``delivery``: values of ``res.partner``
        """
        row = work.values
        texts = _OrderTexts(lookups, row.order_id)
        company = texts.line(row.buyer_company)
        recipient = texts.line(row.recipient.name)
        name = (
            company
            or texts.line(row.billing.name)
            or texts.line(row.buyer_name)
            or recipient
        )
        shown = name or self.env._(
            "Amazon customer (%(channel)s)", channel=row.sales_channel or "Amazon"
        )
        common = {
            "email": texts.line(row.buyer_email, EMAIL_LENGTH) or False,
            "phone": texts.line(row.buyer_phone, PHONE_LENGTH) or False,
            "lang": self._get_language(work, lookups, places),
        }
        billing = row.billing if row.billing else row.recipient
        invoice = self._prepare_contact(billing, shown, common, places, texts)
        delivery = self._prepare_contact(
            row.recipient, recipient or shown, common, places, texts
        )
        vat, vat_state = self.env["amazon.vat.number"].choose(
            lookups.account,
            row.buyer_tax_registrations,
            places["countries"],
            self.env["res.country"].browse(invoice["country_id"] or ()),
            self._get_vat_service(work, lookups.account),
        )
        self._flag_order(row, texts, vat_state, recipient, delivery)
        key = self._get_key(row, common["email"], vat or company, name)
        buyer = {
            "key": key,
            "contact_key": False,
            "invoice": invoice,
            "delivery": delivery,
            "customer": {
                **invoice,
                "phone": common["phone"] or invoice["phone"] or delivery["phone"],
                "is_company": bool(company or vat),
                "vat": vat,
                "amazon_buyer_key": key,
                "amazon_vat": vat,
                "amazon_vat_state": vat_state,
                "company_id": lookups.company.id,
            },
        }
        self._share_customer(lookups.account, buyer)
        return buyer

    def _get_vat_service(self, work, account):
        """Return the VAT service that counts for the order of a row."""
        bought = account._get_local_day(work.values.purchase_date)
        return account._get_vat_service(work.marketplace, bought)

    def _share_customer(self, account, buyer):
        """Have buyers without name, or all of an account, share a customer."""
        key, customer = buyer["key"], buyer["customer"]
        if key.startswith("anonymous|"):
            # One customer for many: the address of one of them is not the others'.
            buyer["contact_key"] = f"{key}|{self._get_digest(buyer['delivery'])}"
            customer.update(dict.fromkeys((*ADDRESS_FIELDS, "phone"), False))
        if account.customer_policy == "collective" and not customer["vat"]:
            buyer["contact_key"] = buyer["contact_key"] or key
            buyer["key"] = False

    def _get_key(self, row, email, company, name):
        """Return what finds the customer of an order again, whatever name is given."""
        if email:
            key = "|".join(filter(None, (email.lower(), (company or "").casefold())))
            return self.env["res.partner"]._hash_amazon_key(key)
        if name:
            return f"order|{row.order_id}"
        return f"anonymous|{row.sales_channel}"

    def _get_digest(self, vals):
        text = repr(self._address_key(vals))
        digest = hashlib.sha256(text.encode()).hexdigest()[:20]
        return self.env["res.partner"]._hash_amazon_text(digest)

    def _flag_order(self, row, texts, vat_state, recipient, delivery):
        """Mark what a person should look at before the goods leave."""
        if (
            not recipient
            or not delivery["street"]
            or not (delivery["city"] or delivery["zip"])
            or not delivery["country_id"]
        ):
            texts.flag("address_incomplete")
        if vat_state in ("invalid", "unconfirmed"):
            texts.flag(f"vat_{vat_state}")
        names = (row.buyer_company, row.billing.name, row.buyer_name)
        if any(is_amazon(name) for name in names):
            texts.flag("amazon_is_buyer")

    def _get_language(self, work, lookups, places):
        """Return the language of the marketplace's country, or the company's."""
        country = work.marketplace.country_id.code if work.marketplace else None
        for language in languages_of(country) if country else ():
            exact = f"{language}_{country}"
            similar = [
                code
                for code in places["languages"]
                if code == language or code.startswith(f"{language}_")
            ]
            if similar:
                return exact if exact in similar else similar[0]
        return lookups.company.partner_id.lang

    def _prepare_contact(self, address, name, common, places, texts):
        """Return the values of a contact: its address, name, phone and e-mail.

        The lines of the address stay in their order and apart: a house number, a
        company or a pick-up point in the second line is where the carrier expects it.
        """
        code = country_code(clean(address.country))
        country = places["countries"].get(code)
        state_text = texts.line(address.state)
        state = places["states"].get(code, {}).get(place_key(state_text))
        city = texts.line(address.city)
        lost = []
        if not state and place_key(state_text) not in ("", place_key(city)):
            # Free text that is no state Odoo knows must not get lost.
            lost.append(state_text)
        if address.country and not country:
            lost.append(texts.line(address.country))
        streets = [
            text
            for line in (address.street1, address.street2, address.street3)
            if (text := texts.line(line))
        ]
        return {
            "name": name,
            "street": streets[0] if streets else False,
            "street2": ", ".join(streets[1:]) or False,
            "city": ", ".join(filter(None, (city, *lost))) or False,
            "zip": texts.line(address.postal_code, POSTAL_CODE_LENGTH) or False,
            "state_id": state.id if state else False,
            "country_id": country.id if country else False,
            **common,
            "phone": texts.line(address.phone, PHONE_LENGTH) or common["phone"],
        }

    # === CONTACTS IN ODOO === #

    def _set_customers(self, buyers, lookups):
        """Find the customer of each buyer, create those that are not known yet."""
        Partner = self.env["res.partner"]
        keys = {buyer["key"] for buyer in buyers if buyer["key"]}
        customers = {}
        for customer in Partner.search(
            [
                ("amazon_buyer_key", "in", list(keys)),
                ("parent_id", "=", False),
                ("company_id", "in", [False, lookups.company.id]),
            ],
            order="id",
        ):
            customers.setdefault(customer.amazon_buyer_key, customer)
        missing = {}
        for buyer in buyers:
            if buyer["key"] and buyer["key"] not in customers:
                missing.setdefault(buyer["key"], buyer["customer"])
        if "vies_valid" in Partner._fields:
            # Given, it is not computed: that asks the European VAT service, now or
            # whenever Odoo saves its pending computations.
            for vals in missing.values():
                vals["vies_valid"] = False
        created = Partner.create(list(missing.values()))
        customers.update(zip(missing, created, strict=True))
        for buyer in buyers:
            buyer["partner"] = (
                customers[buyer["key"]]
                if buyer["key"]
                else lookups.account.collective_partner_id
            )

    def _find_contacts(self, buyers):
        """Find the contacts that have the addresses of the buyers already.

        Below a customer whom many share, contacts are looked up by key: reading them
        all would take longer with every order.

        :return: dict ``{(customer id, address key): contact}``
        """
        own = {buyer["partner"] for buyer in buyers if not buyer["contact_key"]}
        shared = {buyer["partner"] for buyer in buyers if buyer["contact_key"]}
        keys = {buyer["contact_key"] for buyer in buyers if buyer["contact_key"]}
        zips = {buyer[kind]["zip"] for buyer in buyers for kind in KINDS}
        own_ids = [partner.id for partner in own]
        shared_ids = [partner.id for partner in shared]
        contacts = {}
        for contact in (
            *own,
            *self.env["res.partner"].search(
                [
                    "|",
                    "&",
                    ("amazon_buyer_key", "in", list(keys)),
                    ("parent_id", "in", shared_ids),
                    "&",
                    ("parent_id", "in", own_ids),
                    ("zip", "in", list(zips)),
                ],
                order="id",
            ),
        ):
            parent = contact if contact in own else contact.parent_id
            vals = {
                field: contact[field].id if field.endswith("_id") else contact[field]
                for field in ("name", *ADDRESS_FIELDS)
            }
            contacts.setdefault((parent.id, self._address_key(vals)), contact)
        return contacts

    def _address_key(self, vals):
        """Return what makes two contacts the same: name and address."""
        return tuple(
            value.strip().casefold() if isinstance(value, str) else value or ""
            for value in (vals["name"], *(vals[field] for field in ADDRESS_FIELDS))
        )

    def _create_contacts(self, buyers, contacts, lookups):
        """Create the contacts that are missing in ``contacts``, and add them to it."""
        missing = {}
        for buyer in buyers:
            for kind in KINDS:
                found = (buyer["partner"].id, self._address_key(buyer[kind]))
                if found in contacts:
                    continue
                if found not in missing:
                    missing[found] = self._prepare_missing(buyer, kind, lookups)
                elif missing[found]["type"] != kind:
                    # One contact serves both.
                    missing[found]["type"] = "other"
        created = self.env["res.partner"].create(list(missing.values()))
        contacts.update(zip(missing, created, strict=True))

    def _prepare_missing(self, buyer, kind, lookups):
        return {
            **buyer[kind],
            "parent_id": buyer["partner"].id,
            "type": kind,
            "company_id": lookups.company.id,
            "amazon_buyer_key": buyer["contact_key"],
        }
