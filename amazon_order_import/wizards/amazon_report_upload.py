import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.amazon_report import KIND_SELECTION


class AmazonReportUpload(models.TransientModel):
    _name = "amazon.report.upload"
    _description = "Upload of an Amazon Report File"

    account_id = fields.Many2one(
        "amazon.account",
        required=True,
        default=lambda self: self.env["amazon.account"].search([], limit=1),
    )
    kind = fields.Selection(
        KIND_SELECTION,
        required=True,
        compute="_compute_kind",
        store=True,
        readonly=False,
        precompute=True,
    )
    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()

    @api.depends("account_id")
    def _compute_kind(self):
        for upload in self:
            if not upload.kind and upload.account_id:
                region = "eu" if upload.account_id.region == "eu" else "na"
                upload.kind = f"mfn_orders_{region}"

    def action_upload(self):
        """Archive the file and process it at once; show the report."""
        self.ensure_one()
        self.account_id.check_access("read")
        if not self.file:
            raise UserError(self.env._("Choose the report file first."))
        report = (
            self.env["amazon.report"]
            .sudo()
            .create_from_file(
                self.account_id,
                self.kind,
                self.filename or f"{self.kind}.txt",
                base64.b64decode(self.file),
            )
        )
        report._process_soon()
        return {
            "type": "ir.actions.act_window",
            "res_model": "amazon.report",
            "res_id": report.id,
            "view_mode": "form",
        }
