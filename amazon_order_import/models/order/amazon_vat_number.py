from stdnum.eu import vat as eu_vat

from odoo import api, models

from .address_text import clean, country_code

#: Prefix of a European VAT number where it is not the code of the country.
VAT_PREFIXES = {"GR": "EL"}
VAT_KINDS = ("", "VAT", "VATNUMBER", "VAT_NUMBER")


class AmazonVatNumber(models.AbstractModel):
    """Chooses and checks the VAT number that a buyer gave to Amazon.

    Only its form is checked: the European VAT service (VIES) is slow and often away,
    an import does not ask it.
    """

    _name = "amazon.vat.number"
    _description = "VAT Numbers of Amazon's Buyers"

    @api.private
    def get_country_texts(self, registrations):
        """Return what registrations say of their countries: a set of texts."""
        return {
            text
            for registration in registrations
            for text in (registration.country, registration.number[:2])
        }

    @api.private
    def choose(self, account, registrations, countries, address_country, service=None):
        """Choose the buyer's VAT number.

        :param account: ``amazon.account`` record
        :param registrations: list of ``report_formats.TaxRegistration``
        :param dict countries: ``res.country`` by ISO code, those of
            `get_country_texts`
        :param address_country: ``res.country`` of the invoice's address, or none
        :param str service: VAT service that counts for the order; None: the account's
        :return: ``(number, state)``, both false where there is none; the state is one
            of ``res.partner.amazon_vat_state``
        """
        found = []
        for registration in registrations:
            number = clean(registration.number)
            own = countries.get(country_code(clean(registration.country)))
            if not own and eu_vat.is_valid(number):
                # Its letters say so, whatever the address.
                own = countries.get(country_code(number[:2]))
            country = (
                own
                or address_country
                or countries.get(country_code(number[:2]))
                or address_country
            )
            is_european = "EU_PREFIX" in (country.country_group_codes or ())
            if is_european and registration.kind.upper() not in VAT_KINDS:
                continue
            number, is_valid = self._check(number, country, address_country or country)
            found.append((is_valid, country == address_country, number, country))
        if not found:
            return False, False
        # `max` takes the first of equals.
        is_valid, _local, number, country = max(found, key=lambda item: item[:2])
        service = service or account.vat_service
        return number, self._get_state(account, is_valid, country, service)

    def _get_state(self, account, is_valid, country, service):
        if not is_valid:
            return "invalid"
        if service != "none":
            # Amazon asks VIES itself before it treats a buyer as a business.
            return "confirmed"
        company = account.company_id
        if (
            "vat_check_vies" in company._fields
            and company.vat_check_vies
            and country != company.account_fiscal_country_id
        ):
            return "unconfirmed"
        return "plausible"

    def _check(self, number, country, address_country):
        """Return a VAT number the way Odoo stores it, and whether its form is right.

        :param country: ``res.country`` in which the number is registered
        :param address_country: ``res.country`` of the customer
        """
        candidates = [number]
        if "EU_PREFIX" in (country.country_group_codes or ()):
            prefix = VAT_PREFIXES.get(country.code, country.code)
            if not number.upper().startswith(prefix):
                candidates.insert(0, prefix + number)
        Partner = self.env["res.partner"].with_context(no_vat_validation=False)
        for candidate in candidates:
            valid, _code = Partner._run_vat_checks(
                address_country, candidate, validation="setnull"
            )
            if valid:
                return valid, True
        kept, _code = Partner._run_vat_checks(address_country, number, validation=False)
        # Odoo puts France's letters before whatever a buyer in Monaco gives.
        return (kept if len(kept) <= len(number) else number), False
