from psycopg2.extras import Json

from odoo import fields, models

from ...messages import Message
from ...report_formats.personal_data import get_personal_cells, is_misfit
from ...report_formats.problems import PROBLEMS
from ...vat_rules import shorten_postcode
from .masking import MASK, make_pattern, mask

#: Values of a problem that are cells of the row.
CELLS = ("value", "other")


class AmazonReportRow(models.Model):
    """A row without what tells of its buyer."""

    _inherit = "amazon.report.row"

    is_forgotten = fields.Boolean(
        "Personal Data Deleted",
        readonly=True,
        help="What told of the buyer was taken out of the row",
    )

    def _find_personal_texts(self):
        """Return what the rows tell of their buyers, as a set of texts."""
        texts = set()
        for row in self:
            if row.raw:
                texts |= row._get_personal_cells().find(row.raw)
        return texts

    def _tell_of_business(self):
        """Whether one of the rows says that the buyer is no consumer."""
        return any(
            row._get_personal_cells().is_business(row.raw) for row in self if row.raw
        )

    def _get_personal_cells(self):
        return get_personal_cells(self.report_id.kind, tuple(self.raw))

    def _forget(self):
        """Take what tells of buyers out of rows, and have their files follow.

        :return: how many rows were changed
        """
        rows = self.filtered(lambda row: not row.is_forgotten)
        if not rows:
            return 0
        values = [
            (row.id, Json(row._get_stripped()), row._get_stripped_message())
            for row in rows
        ]
        self.env.flush_all()
        self.env.cr.execute_values(
            "UPDATE amazon_report_row SET raw = told.raw, message = told.message, "
            "is_forgotten = TRUE "
            "FROM (VALUES %s) AS told (id, raw, message) "
            "WHERE told.id = amazon_report_row.id",
            values,
            template="(%s, %s::jsonb, %s)",
        )
        rows.invalidate_recordset(["raw", "message", "is_forgotten"])
        rows.report_id._strip_later()
        return len(rows)

    def _get_stripped(self):
        if not self.raw:
            return self.raw or None
        return self._get_personal_cells().strip(
            self.raw, shorten_postcode, is_misfit(self.code)
        )

    def _get_stripped_message(self):
        """Return the message of a row as it is stored, without cells of the row."""
        told = self._fields["message"].get_message(self)
        if told and told.code in PROBLEMS:
            hidden = {name: MASK for name in CELLS if told.values.get(name)}
            told = Message(told.code, {**told.values, **hidden})
        texts = self._find_personal_texts()
        return mask(make_pattern(texts), told.dump()) if told else None
