import logging
import tempfile

from odoo import fields, models

from ...messages import get_message
from ...report_formats import ReportFileError, open_report, read_raw
from ...report_formats.kinds import ORDER_KINDS
from ...report_formats.personal_data import is_personal, strip_file, strip_row
from ...vat_rules import shorten_postcode
from ..report.amazon_report import OPEN_STATES
from .amazon_privacy_trace import Trace

_logger = logging.getLogger(__name__)
#: Bytes of a stripped file that are kept in memory while it is made.
IN_MEMORY = 4 << 20
#: Values of the reason why a file is refused that are taken from the file.
QUOTED = ("start", "name", "sample", "detail")


class AmazonReport(models.Model):
    """The archived file of a report, and what is read of it again."""

    _inherit = "amazon.report"

    forgotten_at = fields.Datetime(
        "Personal Data Deleted",
        copy=False,
        readonly=True,
        help="When the last of the personal data were deleted from the rows and the "
        "file of the report",
    )
    is_to_strip = fields.Boolean(
        readonly=True,
        help="Rows of the report were forgotten; its file follows",
    )

    # === READING A REPORT AGAIN === #

    def _process_batch(self, batch, retry_concurrent=False):
        """Read of forgotten orders what was left of them, whatever the file says."""
        known = self._find_forgotten(batch)
        numbers = [row.number for row in batch if row.order_ref in known]
        batch = [
            self._strip_parsed(row) if row.order_ref in known else row for row in batch
        ]
        result = super()._process_batch(batch, retry_concurrent)
        if numbers:
            self.env["amazon.report.row"].search(
                [
                    ("report_id", "=", self.id),
                    ("number", "in", numbers),
                    ("is_forgotten", "=", False),
                ]
            ).is_forgotten = True
            self._strip_later()
        return result

    def _find_forgotten(self, batch):
        """Return the numbers of the orders in parsed rows that were forgotten.

        An order that was not imported in time was forgotten with the rows that told of
        it: those of orders, or those of this kind of report.
        """
        if not is_personal(self.kind):
            return set()
        refs = list({row.order_ref for row in batch} - {""})
        company = ("company_id", "=", self.company_id.id)
        orders = self.env["sale.order"]._read_group(
            [
                company,
                ("amazon_order_ref", "in", refs),
                ("amazon_forgotten_at", "!=", False),
            ],
            ["amazon_order_ref"],
        )
        rows = self.env["amazon.report.row"]._read_group(
            [
                company,
                ("order_ref", "in", refs),
                ("is_forgotten", "=", True),
                ("report_id.kind", "in", [*ORDER_KINDS, self.kind]),
            ],
            ["order_ref"],
        )
        return {ref for (ref,) in (*orders, *rows)}

    def _strip_parsed(self, row):
        """Return a parsed row as if its file had held no personal data."""
        raw = strip_row(row, self.kind, shorten_postcode)
        if row.error:
            return row._replace(raw=raw)
        return read_raw(self.kind, row.number, raw)

    def _after_processing(self):
        result = super()._after_processing()
        self._strip_pending()
        return result

    # === THE FILE === #

    def _strip_later(self):
        """Note that rows were forgotten: the file loses what it says of them."""
        pending = self.filtered(lambda report: not report.is_to_strip)
        pending.with_context(tracking_disable=True).is_to_strip = True

    def _strip_pending(self):
        """Replace the files of which rows were forgotten.

        :return: how many files were replaced
        """
        pending = self.filtered(
            lambda report: report.is_to_strip and report.state not in OPEN_STATES
        )
        for report in pending.with_context(tracking_disable=True):
            report._strip()
        return len(pending)

    def _strip(self):
        """Replace the file by the same one without what was forgotten.

        A file that nothing is left to keep of is deleted: one that cannot be read.
        """
        self.ensure_one()
        Row = self.env["amazon.report.row"]
        domain = [("report_id", "=", self.id)]
        left = Row.search_count([*domain, ("is_forgotten", "=", False)], limit=1)
        numbers = None
        if left:
            forgotten = [*domain, ("is_forgotten", "=", True)]
            numbers = {n for (n,) in Row._read_group(forgotten, ["number"])}
        values = {"is_to_strip": False}
        if not left:
            values["forgotten_at"] = fields.Datetime.now()
        if self.file_size:
            values.update(self._replace_file(numbers))
        self.write(values)
        if not left:
            self._forget_quotes()

    def _forget_quotes(self):
        """Take out what is quoted of the file, and what people wrote about it."""
        told = get_message(self, "failure_reason")
        values = told.values if told else {}
        quotes = {values[name] for name in QUOTED if isinstance(values.get(name), str)}
        self.env["amazon.privacy.trace"].sudo().forget([Trace(self, quotes)])

    def _replace_file(self, numbers):
        """Store the file without some of what it tells.

        Its checksum stays that of Amazon's file: it tells when that comes again.

        :param numbers: see ``strip_file``
        :return: values of the report
        """
        attachment = self._find_attachment()
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as target:
            try:
                with (
                    self._open_file() as stream,
                    open_report(stream, self.kind, self.charset or None) as parsed,
                ):
                    charset = parsed.charset
                    target.writelines(strip_file(parsed, shorten_postcode, numbers))
            except (ReportFileError, OSError) as error:
                _logger.info(
                    "The file of report %s is deleted: it cannot be read (%s)",
                    self.id,
                    type(error).__name__,
                )
                attachment.unlink()
                self.invalidate_recordset(["file"])
                return {"file_size": 0}
            size = target.tell()
            attachment._replace_content(target)
        self.invalidate_recordset(["file"])
        return {"file_size": size, "charset": charset}
