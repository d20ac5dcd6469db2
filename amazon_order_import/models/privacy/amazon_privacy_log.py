from odoo import api, fields, models
from odoo.tools import format_datetime

#: Fields in which is counted what was done.
COUNTS = (
    "order_count",
    "contact_count",
    "kept_count",
    "row_count",
    "file_count",
    "message_count",
    "attachment_count",
    "failed_count",
)


class AmazonPrivacyLog(models.Model):
    """What was forgotten, when, and by whom; it holds no personal data itself."""

    _name = "amazon.privacy.log"
    _description = "Log of Forgotten Personal Data"
    _order = "id desc"

    account_id = fields.Many2one(
        "amazon.account", readonly=True, index=True, ondelete="set null"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    date = fields.Datetime(
        "When", required=True, readonly=True, default=fields.Datetime.now
    )
    source = fields.Selection(
        [("schedule", "By itself"), ("person", "On demand")],
        "How",
        required=True,
        readonly=True,
        default="schedule",
    )
    user_id = fields.Many2one(
        "res.users", "By", readonly=True, help="Empty: by itself, when it was due"
    )
    order_refs = fields.Text(
        "Amazon Orders", readonly=True, help="Numbers of the orders asked for"
    )
    order_count = fields.Integer("Orders", readonly=True)
    contact_count = fields.Integer(
        "Contacts", readonly=True, help="Contacts that have a pseudonym now"
    )
    kept_count = fields.Integer(
        "Contacts Kept",
        readonly=True,
        help="Contacts that keep their name and address: an invoice that the tax law "
        "keeps is made out to them, or something else in Odoo uses them",
    )
    row_count = fields.Integer("Report Rows", readonly=True)
    file_count = fields.Integer("Files", readonly=True)
    message_count = fields.Integer("Messages", readonly=True)
    attachment_count = fields.Integer("Attachments", readonly=True)
    failed_count = fields.Integer(
        "Failed", readonly=True, help="Orders and files that are tried again tomorrow"
    )

    @api.depends("date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for log in self:
            log.display_name = format_datetime(self.env, log.date, dt_format="short")

    def _add(self, counts):
        """Add to the numbers of the log.

        :param dict counts: numbers by field
        """
        self.write({name: self[name] + number for name, number in counts.items()})

    @api.model
    def _start(self, company, account=None, user=None, order_refs=()):
        """Return the log of what is going to be forgotten.

        :param user: ``res.users`` record of who asks for it; None: it is due
        :param order_refs: Amazon order numbers asked for
        """
        return self.sudo().create(
            {
                "company_id": company.id,
                "account_id": account.id if account else False,
                "source": "person" if user else "schedule",
                "user_id": user.id if user else False,
                "order_refs": ", ".join(order_refs),
            }
        )

    def _has_counted(self):
        return any(self[name] for name in COUNTS)
