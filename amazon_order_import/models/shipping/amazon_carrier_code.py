import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AmazonCarrierCode(models.Model):
    """A carrier as Amazon spells it: any other spelling becomes “Other” there."""

    _name = "amazon.carrier.code"
    _description = "Carrier Known to Amazon"
    _order = "name"

    name = fields.Char(
        "Carrier Code", required=True, help="Exactly as in Seller Central, case counts"
    )
    tracking_pattern = fields.Char(
        help="Regular expression of the carrier's tracking numbers. Empty: any number"
    )

    _name_unique = models.UniqueIndex("(name)", "This carrier code exists already.")

    @api.constrains("tracking_pattern")
    def _check_tracking_pattern(self):
        for code in self.filtered("tracking_pattern"):
            try:
                re.compile(code.tracking_pattern)
            except re.error as error:
                raise ValidationError(
                    self.env._(
                        "The pattern of %(code)s cannot be read: %(error)s. Correct it "
                        "or leave it empty.",
                        code=code.name,
                        error=error,
                    )
                ) from error

    def _fits(self, tracking):
        """Whether a tracking number may be one of this carrier's."""
        self.ensure_one()
        pattern = self.tracking_pattern
        return not pattern or bool(re.fullmatch(pattern, tracking, re.IGNORECASE))

    @api.model
    def _suggest(self, method):
        """Return the code that fits a delivery method, or none.

        By the provider, else by the name of which the code is a whole word; the
        longest first, so that DHL Express is not DHL.

        :param method: ``delivery.carrier`` record
        """
        names = [f" {method.name} ", f" {method.delivery_type.replace('_', ' ')} "]
        texts = [re.sub(r"[^\w]+", " ", name).casefold() for name in names]
        codes = self.search([("name", "not in", ("Other", "Andere", "Sonstige"))])
        for text in texts:
            for code in codes.sorted(lambda code: (-len(code.name), code.id)):
                word = re.sub(r"[^\w]+", " ", code.name).casefold().strip()
                if word and f" {word} " in text:
                    return code
        return self.browse()
