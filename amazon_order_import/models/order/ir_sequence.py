import uuid

from odoo import models


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _next(self, sequence_date=None):
        # A preview is rolled back, but PostgreSQL does not give numbers back.
        if self.env.context.get("amazon_preview"):
            return f"PREVIEW/{uuid.uuid4().hex}"
        return super()._next(sequence_date=sequence_date)
