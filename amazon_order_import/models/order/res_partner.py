import re

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac

from ...trusted_context import get_trusted

ADDRESS_FIELDS = ("street", "street2", "city", "zip", "state_id", "country_id")


#: Parts of a buyer's key that tell nothing of a person, so that they stay readable.
_PLAIN_PARTS = {"order": 2, "anonymous": 2}
_HASH = re.compile(r"[0-9a-f]{32}")


class ResPartner(models.Model):
    _inherit = "res.partner"

    amazon_buyer_key = fields.Char(
        index="btree_not_null",
        copy=False,
        help="Finds the customer of an Amazon order again: a keyed hash of the "
        "anonymous address that Amazon gives each buyer, and of the VAT number or "
        "company of a business buyer",
    )
    amazon_vat = fields.Char(
        "VAT Number from Amazon",
        copy=False,
        readonly=True,
        help="The number that the buyer gave to Amazon",
    )
    amazon_vat_state = fields.Selection(
        [
            ("invalid", "Has not the form of a VAT number"),
            ("unconfirmed", "Not confirmed by the European VAT service (VIES)"),
            ("plausible", "Has the form of a VAT number"),
            ("confirmed", "Checked by Amazon (VAT Calculation Service)"),
        ],
        "Check of Amazon's VAT Number",
        copy=False,
        readonly=True,
        help="What is known of the VAT number from Amazon. It is not asked for at the "
        "European VAT service while orders are imported",
    )

    amazon_vat_problem = fields.Selection(
        [("invalid", "Wrong"), ("unconfirmed", "Not confirmed")],
        compute="_compute_amazon_vat_problem",
        help="Why the VAT number from Amazon has to be looked at; empty once somebody "
        "has corrected it",
    )

    def init(self):
        """Hash the keys of buyers that an earlier version stored readably."""
        self.env.cr.execute(
            SQL(
                "SELECT id, amazon_buyer_key FROM res_partner "
                "WHERE amazon_buyer_key IS NOT NULL"
            )
        )
        hashed = [
            (id_, new)
            for id_, key in self.env.cr.fetchall()
            if (new := self._hash_amazon_key(key)) != key
        ]
        if hashed:
            self.env.cr.execute_values(
                "UPDATE res_partner SET amazon_buyer_key = told.key "
                "FROM (VALUES %s) AS told (id, key) WHERE told.id = res_partner.id",
                hashed,
            )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._hide_amazon_key(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._hide_amazon_key(vals))

    def _hide_amazon_key(self, vals):
        """Return values in which the key of a buyer is hashed, whoever gives them."""
        key = vals.get("amazon_buyer_key")
        return {**vals, "amazon_buyer_key": self._hash_amazon_key(key)} if key else vals

    @api.model
    def _hash_amazon_key(self, key):
        """Return what finds a buyer again without telling who it is.

        :param str key: parts with ``|`` between them; those hashed already stay
        """
        parts = key.split("|")
        plain = _PLAIN_PARTS.get(parts[0], 0)
        return "|".join(
            [
                *parts[:plain],
                *(
                    part if _HASH.fullmatch(part) else self._hash_amazon_text(part)
                    for part in parts[plain:]
                ),
            ]
        )

    @api.model
    def _hash_amazon_text(self, text):
        """Return a hash of personal data that only this database can make again."""
        return hmac(self.sudo().env, "amazon_order_import.buyer", text)[:32]

    @api.depends(
        lambda self: (
            *("vat", "amazon_vat", "amazon_vat_state"),
            # Only where the European VAT numbers are checked (base_vat).
            *(name for name in ("vies_valid",) if name in self._fields),
        )
    )
    def _compute_amazon_vat_problem(self):
        for partner in self:
            state = partner.amazon_vat_state
            if partner.vat != partner.amazon_vat or (
                state == "unconfirmed"
                and "vies_valid" in partner._fields
                and partner.vies_valid
            ):
                state = False
            partner.amazon_vat_problem = (
                state if state in ("invalid", "unconfirmed") else False
            )

    def _check_vat(self, validation="error"):
        """Keep Amazon's numbers as they are: they were checked when they came.

        Odoo brings them into the form of the address's country otherwise, which puts
        France's letters before an Italian number of a buyer in Monaco.
        """
        others = self.filtered(
            lambda partner: (
                not partner.vat
                or partner.vat != partner.commercial_partner_id.amazon_vat
            )
        )
        return super(ResPartner, others)._check_vat(validation=validation)

    def _compute_vies_valid(self):
        # The European VAT service takes seconds per number and is often away: an
        # import does not ask it. It is asked when somebody edits the contact.
        if get_trusted(self.env, "amazon_import"):
            self.vies_valid = False
            return None
        return super()._compute_vies_valid()

    def _company_dependent_commercial_sync(self):
        # Copies the customer's settings in each other company to a new contact, some
        # queries per contact and company. Those of an import belong to one company.
        if get_trusted(self.env, "amazon_import") and (
            self.company_id == self.env.company
        ):
            return None
        return super()._company_dependent_commercial_sync()

    def _get_vat_required_valid(self, company=None):
        """Whether the VAT number gives a right to a tax treatment for businesses.

        As long as nobody has changed the number that came from Amazon, its check
        counts: a wrong one never does, one that Amazon has checked (VCS) does without
        VIES.
        """
        valid = super()._get_vat_required_valid(company=company)
        customer = self.commercial_partner_id
        if not self.vat or self.vat != customer.amazon_vat:
            return valid
        if customer.amazon_vat_state == "invalid":
            return False
        return valid or customer.amazon_vat_state == "confirmed"
