from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .sku_rule import SkuRule, find_pattern_fault


class AmazonAccount(models.Model):
    """How internal references are made of a seller's SKUs."""

    _inherit = "amazon.account"

    sku_prefix = fields.Char(
        "SKU Prefix",
        help="Taken off the start of a SKU before its internal reference is looked up",
    )
    sku_suffix = fields.Char(
        "SKU Suffix",
        help="Taken off the end of a SKU before its internal reference is looked up, "
        "e.g. -FBA",
    )
    sku_pattern = fields.Char(
        "SKU Pattern",
        help="Regular expression that fits the whole SKU; its first group (in "
        "brackets) is the internal reference. ([^-]+)-.* takes what stands before the "
        "first hyphen, (.+)-[^-]* what stands before the last one",
    )
    sku_rule_preview = fields.Text(
        "Examples", compute="_compute_sku_rule_preview", compute_sudo=True
    )

    @api.constrains("sku_pattern")
    def _check_sku_pattern(self):
        for account in self:
            if message := account._explain_pattern_fault():
                raise ValidationError(message)

    def _explain_pattern_fault(self):
        """Return what is wrong with the SKU pattern and what to do, or ``""``."""
        self.ensure_one()
        pattern = self.sku_pattern or ""
        fault = find_pattern_fault(pattern) if pattern else ""
        messages = {
            "": "",
            "too_long": self.env._("The SKU pattern is too long. Shorten it."),
            "invalid": self.env._(
                "The SKU pattern %(pattern)s is no regular expression. Check its "
                "brackets and special characters.",
                pattern=pattern,
            ),
            "no_group": self.env._(
                "The SKU pattern %(pattern)s has no group. Put what is the internal "
                "reference in brackets, e.g. (.+)-FBA",
                pattern=pattern,
            ),
            "repeated_group": self.env._(
                "The SKU pattern %(pattern)s repeats a group, which can take very "
                "long. Repeat characters only, e.g. ([A-Z]+)-.* instead of "
                "([A-Z]+-)*",
                pattern=pattern,
            ),
            "too_many_repeats": self.env._(
                "The SKU pattern %(pattern)s can be tried in too many ways, which can "
                "take very long. Use at most four of * + { }, and few ? and |.",
                pattern=pattern,
            ),
        }
        return messages[fault]

    def _get_sku_rule(self):
        """Return how internal references are made of this account's SKUs."""
        self.ensure_one()
        return SkuRule(
            self.sku_prefix or "", self.sku_suffix or "", self.sku_pattern or ""
        )

    @api.depends("sku_prefix", "sku_suffix", "sku_pattern")
    def _compute_sku_rule_preview(self):
        for account in self:
            account.sku_rule_preview = account._get_sku_rule_preview()

    def _get_sku_rule_preview(self):
        """Return what the SKU rule makes of SKUs of this account, one per line."""
        rule = self._get_sku_rule()
        if fault := self._explain_pattern_fault():
            return fault
        if not rule or not self.ids:
            return False
        offers = self.env["amazon.offer"].search(
            [("account_id", "in", self.ids)], order="product_id DESC, id DESC", limit=5
        )
        skus = offers.mapped("sku") or [
            sku
            for (sku,) in self.env["amazon.report.row"]._read_group(
                [("account_id", "in", self.ids), ("sku", "!=", False)],
                ["sku"],
                limit=5,
            )
        ]
        if not skus:
            return self.env._("Examples appear here once reports have named SKUs.")
        references = {sku: rule.apply(sku) for sku in skus}
        products = {
            product.default_code: product
            for product in self.env["product.product"].search(
                [
                    ("default_code", "in", list(references.values())),
                    ("company_id", "in", [False, self.company_id.id]),
                ]
            )
        }
        lines = []
        for sku, reference in references.items():
            if not reference:
                lines.append(self.env._("%(sku)s: the rule does not fit", sku=sku))
            elif reference in products:
                lines.append(f"{sku} → {products[reference].display_name}")
            else:
                lines.append(
                    self.env._(
                        "%(sku)s → %(reference)s (no such internal reference)",
                        sku=sku,
                        reference=reference,
                    )
                )
        return "\n".join(lines)
