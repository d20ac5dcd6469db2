from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    amazon_buyer_key = fields.Char(
        index="btree_not_null",
        copy=False,
        help="Finds the customer of an Amazon order again: the anonymous address that "
        "Amazon gives each buyer, with the VAT number or company of a business buyer",
    )

    def _compute_vies_valid(self):
        # The European VAT service takes seconds per number and is often away: an
        # import does not ask it. It is asked when somebody edits the contact.
        if self.env.context.get("amazon_import"):
            self.vies_valid = False
            return None
        return super()._compute_vies_valid()
