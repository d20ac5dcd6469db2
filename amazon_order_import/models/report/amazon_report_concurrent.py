from odoo import api, models


class AmazonReport(models.Model):
    """Rows that another worker was importing at the same moment.

    Only where somebody waits for a file to be processed, rows are left behind then:
    nothing may be rolled back in his transaction. They are taken again by themselves.
    """

    _inherit = "amazon.report"

    @api.model
    def _process_ready(self, commit):
        self._reopen_concurrent()
        return super()._process_ready(commit)

    @api.model
    def _reopen_concurrent(self):
        """Make reports ready again of which rows collided with another worker."""
        rows = self.env["amazon.report.row"].search(
            [
                ("outcome", "=", "waiting"),
                ("code", "=", "concurrent"),
                ("report_id.state", "in", ("done", "attention")),
                ("report_id.file_size", ">", 0),
            ]
        )
        # Another slot may be about to do the same.
        for report in rows.report_id.try_lock_for_update(allow_referencing=True):
            report._make_ready()
