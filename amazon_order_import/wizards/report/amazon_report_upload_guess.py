import base64
import io
from itertools import islice

from odoo import api, models
from odoo.exceptions import UserError

from ...messages import compose, format_message
from ...report_formats import (
    KINDS,
    ReportFileError,
    detect_file_kinds,
    normal_name,
    open_report,
)

#: How many rows tell whose file it is.
SAMPLE_ROWS = 50


class AmazonReportUpload(models.TransientModel):
    """What a file says about itself: its kind, and whose it is."""

    _inherit = "amazon.report.upload"

    @api.onchange("file")
    def _onchange_file(self):
        if not self.file:
            return
        content = base64.b64decode(self.file)
        try:
            kinds = detect_file_kinds(io.BytesIO(content))
        except ReportFileError:
            # Said when it is to be processed: the kind may still be chosen.
            return
        if not kinds:
            return
        account = self._guess_account(kinds, content)
        if account:
            self.account_id = account
        region = self.account_id.region
        fitting = [kind for kind in kinds if region in KINDS[kind].regions]
        if self.kind not in kinds or (fitting and self.kind not in fitting):
            self.kind = (fitting or kinds)[0]

    def _guess_account(self, kinds, content):
        """Return the account whose file it is, or none where that is not clear.

        :param kinds: keys of the kinds that the file looks like
        :param bytes content: the file
        """
        accounts = self.env["amazon.account"].search([])
        accounts = accounts.filtered(
            lambda a: any(a.region in KINDS[kind].regions for kind in kinds)
        )
        refs, channels = self._read_sample(kinds[0], content)
        orders = self.env["sale.order"].search(
            [
                ("amazon_order_ref", "in", refs),
                ("amazon_account_id", "in", accounts.ids),
            ]
        )
        if len(orders.amazon_account_id) == 1:
            return orders.amazon_account_id
        if channels:
            accounts = accounts.filtered(
                lambda a: channels
                & {
                    marketplace.name.casefold()
                    for marketplace in a.channel_ids.marketplace_id
                }
            )
        if self.account_id in accounts:
            return self.account_id
        return accounts if len(accounts) == 1 else accounts.browse()

    def _read_sample(self, kind, content):
        """Return order numbers and sales channels (small letters) of the first rows."""
        refs, channels = set(), set()
        try:
            parsed = open_report(io.BytesIO(content), kind)
        except ReportFileError:
            # It tells nothing; what is wrong with it is said when it is processed.
            return [], channels
        with parsed:
            for row in islice(parsed.rows(), SAMPLE_ROWS):
                refs.add(row.order_ref)
                for name, cell in row.raw.items():
                    if normal_name(name) == "sales-channel" and cell:
                        channels.add(cell.strip().casefold())
        return list(refs - {""}), channels

    def _check_file(self, content):
        """Refuse a file that is no such report: it would only fail in the archive.

        :raise UserError: says which report it is, and where the wanted one is found
        """
        try:
            open_report(io.BytesIO(content), self.kind).close()
        except ReportFileError as error:
            raise UserError(compose(self.env, format_message(error))) from error
