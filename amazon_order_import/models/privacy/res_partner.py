from odoo import fields, models

from ..order.res_partner import ADDRESS_FIELDS

#: Types of fields that hold what somebody typed.
TEXT_TYPES = ("char", "text", "html")
#: Texts of a contact that are not the person's: they stay, or are set on their own.
KEPT_TEXTS = frozenset({"name", "zip", "ref", "amazon_buyer_key", "lang", "tz"})
#: What tells where or how to reach somebody.
REACHED_BY = ("email", "phone")
#: What a business keeps, besides its name.
BUSINESS_TEXTS = frozenset({"vat", "amazon_vat", "company_registry"})


class ResPartner(models.Model):
    """What is left of a buyer."""

    _inherit = "res.partner"

    amazon_forgotten_at = fields.Datetime(
        "Amazon Data Deleted",
        copy=False,
        readonly=True,
        help="When the personal data that came from Amazon were deleted",
    )
    amazon_forget_on = fields.Date(
        "Delete Name and Address",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="Until then, name and address stay: an invoice that the tax law keeps is "
        "made out to this contact, or something else in Odoo uses it",
    )

    def _get_personal_names(self):
        """Return the fields of contacts that hold what tells of a person."""
        return [
            name
            for name, field in self._fields.items()
            if field.type in TEXT_TYPES
            and field.store
            and not field.readonly
            and not field.required
            and not field.company_dependent
            and not field.translate
            and name not in KEPT_TEXTS
        ]

    def _get_amazon_pseudonym(self):
        """Return the name that stands for a buyer, the same for all its contacts."""
        self.ensure_one()
        key = self.amazon_buyer_key or self.parent_id.amazon_buyer_key
        code = self._hash_amazon_text(f"pseudonym|{key or self.id}")[:8].upper()
        return self.env._("Amazon buyer %(code)s", code=code)

    def _get_address_texts(self):
        """Return what contacts say of names and streets, as a set of texts."""
        names = ("name", "company_name", *ADDRESS_FIELDS[:2])
        return {partner[name] for partner in self for name in names} - {False}

    def _get_personal_texts(self):
        """Return all that contacts say of persons, as a set of texts."""
        names = [name for name in self._get_personal_names() if name != "city"]
        texts = {partner[name] for partner in self for name in names}
        return (texts | self._get_address_texts()) - {False}

    def action_forget_amazon_buyer(self):
        """Ask which personal data of these contacts are to be deleted."""
        self.check_access("read")
        return self.env["amazon.privacy.request"]._open(partners=self)
