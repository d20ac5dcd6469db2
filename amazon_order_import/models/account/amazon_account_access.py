from odoo import fields, models

from ...messages import compose, message
from ...report_formats.kinds import KIND_SELECTION


class AmazonAccountAccess(models.Model):
    """Whether the authorisation of an account opens one kind of report."""

    _name = "amazon.account.access"
    _description = "Access of an Amazon Account to a Kind of Report"
    _rec_name = "kind"
    _order = "account_id, id"

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    kind = fields.Selection(KIND_SELECTION, "Report", required=True)
    state = fields.Selection(
        [
            ("readable", "Readable"),
            ("missing", "Role missing"),
            ("not_offered", "Not offered here"),
            ("unknown", "Not known"),
        ],
        required=True,
        default="unknown",
    )
    role = fields.Char(
        compute="_compute_role",
        help="The roles of the application that open this report; one is enough",
    )
    is_used = fields.Boolean(
        "Used",
        compute="_compute_is_used",
        help="Whether this account requests such reports. Only then does a missing "
        "role need your attention",
    )
    evidence = fields.Selection(
        [("check", "Role check"), ("report", "A report")],
        "Known From",
        required=True,
        default="check",
    )
    error = fields.Text("Amazon's Answer")
    checked_at = fields.Datetime("Checked", required=True, default=fields.Datetime.now)

    _account_kind_unique = models.UniqueIndex(
        "(account_id, kind)", "This kind of report is in the list already."
    )

    def _compute_role(self):
        for access in self:
            roles = access.account_id._get_roles(access.kind)
            access.role = compose(self.env, message("words", text=roles))

    def _compute_is_used(self):
        used = self.account_id._get_used_kinds()
        for access in self:
            access.is_used = (access.account_id.id, access.kind) in used

    def _is_proven_missing(self):
        """Whether Amazon denied a real report under the present authorisation."""
        self.ensure_one()
        authorized = self.account_id.authorized_at
        return (
            self.state == "missing"
            and self.evidence == "report"
            and not (authorized and authorized > self.checked_at)
        )
