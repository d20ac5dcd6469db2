from odoo import api, models

ADDRESS_FIELDS = ("street", "street2", "city", "zip", "state_id", "country_id")


class AmazonPartnerImporter(models.AbstractModel):
    _name = "amazon.partner.importer"
    _description = "Customers of Amazon Orders"

    @api.model
    def get_partners(self, rows, account):
        """Find or create the contacts of orders, a constant number of queries for all.

        :param rows: list of ``SaleRow``: the first row of each order
        :param account: ``amazon.account`` record
        :return: list of ``(customer, invoice contact, delivery contact)``, one per row
        """
        places = self._get_places(rows)
        wanted = [self._prepare_buyer(row, account, places) for row in rows]
        customers = self._get_customers(wanted, account)
        result = []
        missing = []
        for buyer in wanted:
            customer = customers[buyer["key"]]
            contacts = []
            for kind in ("invoice", "delivery"):
                found = self._match_contact(customer, buyer[kind])
                if not found:
                    missing.append((customer, kind, buyer[kind]))
                contacts.append(found)
            result.append([customer, *contacts])
        created = self._create_contacts(missing)
        for buyer, contacts in zip(wanted, result, strict=True):
            for index, kind in enumerate(("invoice", "delivery"), start=1):
                if not contacts[index]:
                    contacts[index] = created[
                        contacts[0].id, self._contact_key(buyer[kind])
                    ]
        return [tuple(contacts) for contacts in result]

    # === WHAT THE REPORT SAYS === #

    def _get_places(self, rows):
        """Return countries by code and states by country and code or name."""
        codes = {
            address.country.upper()
            for row in rows
            for address in (row.recipient, row.billing)
            if address.country
        }
        countries = {
            country.code: country
            for country in self.env["res.country"].search([("code", "in", list(codes))])
        }
        states = {}
        for state in self.env["res.country.state"].search(
            [("country_id.code", "in", list(codes))]
        ):
            for text in (state.code, state.name):
                states.setdefault((state.country_id.code, text.casefold()), state)
        return {"countries": countries, "states": states}

    def _prepare_buyer(self, row, account, places):
        """Return what a row says of its buyer.

        :return: dict with ``key`` (finds the customer again), ``customer``,
            ``invoice`` and ``delivery`` (values of ``res.partner``)
        """
        company_name = getattr(row, "buyer_company", "")
        vat = self._get_vat(row)
        billing = row.billing if row.billing else row.recipient
        person = row.buyer_name or row.recipient.name
        name = company_name or row.billing.name or person
        invoice = self._prepare_contact(billing, name, places)
        delivery = self._prepare_contact(
            row.recipient, row.recipient.name or name, places
        )
        email = row.buyer_email.lower()
        if email:
            key = "|".join(filter(None, (email, (vat or company_name).casefold())))
        elif name:
            key = f"order|{row.order_id}"
        else:
            key = f"anonymous|{row.sales_channel}"
        if not name:
            name = self.env._(
                "Amazon customer (%(channel)s)", channel=row.sales_channel or "Amazon"
            )
            invoice["name"] = name
            delivery["name"] = delivery["name"] or name
        return {
            "key": key,
            "customer": {
                **invoice,
                "name": name,
                "is_company": bool(company_name or vat),
                "vat": vat or False,
                "email": row.buyer_email or False,
                "phone": row.buyer_phone or invoice["phone"] or delivery["phone"],
                "amazon_buyer_key": key,
                "company_id": account.company_id.id,
            },
            "invoice": invoice,
            "delivery": delivery,
        }

    def _get_vat(self, row):
        """Return the buyer's VAT number, or ``""``."""
        for registration in getattr(row, "buyer_tax_registrations", ()):
            if registration.kind.upper() in ("", "VAT"):
                return registration.number
        return ""

    def _prepare_contact(self, address, name, places):
        country = places["countries"].get(address.country.upper())
        state = places["states"].get(
            (address.country.upper(), address.state.casefold())
        )
        streets = [
            text
            for text in (address.street1, address.street2, address.street3)
            if text
        ]
        city = address.city
        if address.state and not state:
            # Free text that is no state Odoo knows must not get lost.
            city = ", ".join(filter(None, (city, address.state)))
        return {
            "name": name,
            "street": streets[0] if streets else False,
            "street2": ", ".join(streets[1:]) or False,
            "city": city or False,
            "zip": address.postal_code or False,
            "state_id": state.id if state else False,
            "country_id": country.id if country else False,
            "phone": address.phone or False,
        }

    # === CONTACTS IN ODOO === #

    def _get_customers(self, wanted, account):
        """Return ``{key: customer}``, creating those that are not known yet."""
        Partner = self.env["res.partner"]
        keys = [buyer["key"] for buyer in wanted]
        customers = {}
        for customer in Partner.search(
            [
                ("amazon_buyer_key", "in", keys),
                ("company_id", "in", [False, account.company_id.id]),
            ],
            order="id",
        ):
            customers.setdefault(customer.amazon_buyer_key, customer)
        missing = {}
        for buyer in wanted:
            if buyer["key"] not in customers:
                missing.setdefault(buyer["key"], buyer["customer"])
        for customer in Partner.create(list(missing.values())):
            customers[customer.amazon_buyer_key] = customer
        return customers

    def _match_contact(self, customer, vals):
        """Return the customer, or the contact of the customer, with this address."""
        key = self._contact_key(vals)
        for partner in (customer, *customer.child_ids):
            if key == self._contact_key(
                {
                    "name": partner.name,
                    **{
                        field: partner[field].id
                        if field.endswith("_id")
                        else partner[field]
                        for field in ADDRESS_FIELDS
                    },
                }
            ):
                return partner
        return self.env["res.partner"]

    def _contact_key(self, vals):
        return tuple(
            value.strip().casefold() if isinstance(value, str) else value or ""
            for value in (vals["name"], *(vals[field] for field in ADDRESS_FIELDS))
        )

    def _create_contacts(self, missing):
        """Create contacts below their customers.

        :param missing: list of ``(customer, type, values)``
        :return: dict ``{(customer id, contact key): contact}``
        """
        vals_by_key = {}
        for customer, kind, vals in missing:
            vals_by_key.setdefault(
                (customer.id, self._contact_key(vals)),
                {
                    **vals,
                    "parent_id": customer.id,
                    "type": kind,
                    "company_id": customer.company_id.id,
                },
            )
        contacts = self.env["res.partner"].create(list(vals_by_key.values()))
        return dict(zip(vals_by_key, contacts, strict=True))
