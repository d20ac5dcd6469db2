import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.account.amazon_marketplace import STOCK_POOLS
from ...report_formats import KINDS
from ...report_formats.kinds import KIND_SELECTION, find_order_kind


class AmazonReportUpload(models.TransientModel):
    _name = "amazon.report.upload"
    _inherit = ["amazon.wizard"]
    _description = "Upload of an Amazon Report File"

    account_id = fields.Many2one(
        "amazon.account",
        default=lambda self: self.env["amazon.account"]._get_default(),
    )
    has_accounts = fields.Boolean(
        default=lambda self: bool(self.env["amazon.account"]._get_default())
    )
    kind = fields.Selection(
        KIND_SELECTION,
        compute="_compute_kind",
        store=True,
        readonly=False,
        precompute=True,
    )
    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()
    stock_pool = fields.Selection(
        STOCK_POOLS,
        "Stock Of",
        help="Which stock the file is about. Empty: the main one of the account",
    )
    stock_moment = fields.Datetime(
        "Made On",
        default=fields.Datetime.now,
        help="When Amazon made the file: what was shipped since then is no difference",
    )

    @api.depends("account_id")
    def _compute_kind(self):
        for upload in self:
            if not upload.kind and upload.account_id:
                upload.kind = find_order_kind("mfn", upload.account_id.region)

    def action_preview(self):
        """Show what processing the file would do; the file is not archived."""
        self.check_access("read")
        content = self._get_content()
        return self.env["amazon.report.preview"]._show(
            lambda max_rows: self._with_stock(self.env["amazon.report"])._preview_file(
                self.account_id,
                self.kind,
                self.filename or f"{self.kind}.txt",
                content,
                max_rows,
            ),
            {"upload_id": self.id},
        )

    def _get_content(self):
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose the report file first."))
        if not self.account_id:
            self._make_first_account()
        self.account_id.check_access("read")
        return base64.b64decode(self.file)

    def _make_first_account(self):
        """Make the account of the first file: what it needs more can be told later.

        :raise UserError: where there are accounts: one of them has to be chosen
        """
        Account = self.env["amazon.account"]
        if Account._get_default():
            raise UserError(self.env._("Choose the account of the file."))
        Account.check_access("create")
        region = KINDS[self.kind].regions[0]
        labels = dict(Account._fields["region"]._description_selection(self.env))
        self.account_id = Account.create(
            {"name": f"Amazon {labels[region]}", "region": region}
        )

    def _with_stock(self, reports):
        """Have new reports of FBA stock note what the file does not say itself."""
        if self.kind != "fba_inventory":
            return reports
        return reports.with_context(
            default_stock_pool=self.stock_pool,
            default_stock_moment=self.stock_moment,
        )

    def action_upload(self):
        """Archive the file and process it at once; show the report."""
        self.check_access("read")
        return self._upload()

    def _upload(self, left_out=()):
        """See ``action_upload``; some orders are left out.

        :param left_out: their numbers
        """
        content = self._get_content()
        self._check_file(content)
        report = (
            self._with_stock(self.env["amazon.report"])
            .sudo()
            .create_from_file(
                self.account_id,
                self.kind,
                self.filename or f"{self.kind}.txt",
                content,
            )
        )
        report._leave_out(left_out)
        report._process_soon()
        return {
            "type": "ir.actions.act_window",
            "res_model": "amazon.report",
            "res_id": report.id,
            "view_mode": "form",
        }
