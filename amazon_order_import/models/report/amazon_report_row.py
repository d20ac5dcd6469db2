from odoo import api, fields, models
from odoo.fields import Domain

from ...messages import BY_ITSELF, MessageText

OUTCOMES = [
    ("created", "Created"),
    ("updated", "Updated"),
    ("unchanged", "Unchanged"),
    ("cancelled", "Cancelled"),
    ("ignored", "Ignored"),
    ("waiting", "Waiting"),
    ("error", "Error"),
]
OPEN_OUTCOMES = ("waiting", "error")
#: Rows that need a person; what Amazon brings by itself is none.
TODO_DOMAIN = [
    "|",
    ("needs_attention", "=", True),
    "&",
    ("outcome", "in", OPEN_OUTCOMES),
    ("code", "not in", sorted(BY_ITSELF)),
]
#: What is shown of a row that waits, but for no person.
AMAZONS_TURN = ("amazon", "Waiting for Amazon")
#: Outcomes of rows whose order, or whatever they tell of, is in Odoo.
IMPORTED_OUTCOMES = ("created", "updated", "unchanged")


class AmazonReportRow(models.Model):
    _name = "amazon.report.row"
    _description = "Row of an Amazon Report"
    _order = "report_id desc, number"
    _rec_name = "number"

    report_id = fields.Many2one(
        "amazon.report", required=True, index=True, ondelete="cascade"
    )
    account_id = fields.Many2one(related="report_id.account_id", store=True)
    company_id = fields.Many2one(related="report_id.company_id", store=True)
    number = fields.Integer(
        "Row", required=True, help="Number of the row in the file, without the header"
    )
    raw = fields.Json("Values", help="The cells of the row as the file gives them")
    raw_text = fields.Text("As Received", compute="_compute_raw_text")
    order_ref = fields.Char("Amazon Order", index="btree_not_null")
    sku = fields.Char("SKU")
    row_key = fields.Char(help="What identifies the row within its order")
    outcome = fields.Selection(OUTCOMES, required=True, index=True)
    shown_outcome = fields.Selection(
        [*OUTCOMES, AMAZONS_TURN], "State", compute="_compute_shown_outcome"
    )
    is_todo = fields.Boolean(
        "To Do", compute="_compute_is_todo", search="_search_is_todo"
    )
    is_ahead = fields.Boolean(
        help="The row is known, but those before it in the file come first"
    )
    needs_attention = fields.Boolean(
        help="The row is imported, but a person should look at its order"
    )
    message = MessageText(help="Why the row has this outcome, and what to do next")
    code = fields.Char(help="Technical name of the reason")
    sale_order_id = fields.Many2one(
        "sale.order", "Order", index="btree_not_null", ondelete="set null"
    )

    _number_unique = models.UniqueIndex(
        "(report_id, number)", "This row of the report exists already."
    )
    _open_rows = models.Index(
        "(company_id, order_ref) WHERE outcome IN ('waiting', 'error')"
    )

    def _compute_display_name(self):
        for row in self:
            row.display_name = self.env._(
                "%(report)s, row %(number)s",
                report=row.report_id.display_name,
                number=row.number,
            )

    @api.depends("outcome", "code")
    def _compute_shown_outcome(self):
        for row in self:
            by_itself = row.outcome == "waiting" and row.code in BY_ITSELF
            row.shown_outcome = AMAZONS_TURN[0] if by_itself else row.outcome

    @api.depends("outcome", "code", "needs_attention")
    def _compute_is_todo(self):
        todo = self.filtered_domain(TODO_DOMAIN)
        todo.is_todo = True
        (self - todo).is_todo = False

    def _search_is_todo(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain(TODO_DOMAIN)
        return domain if True in value else ~domain

    def _compute_raw_text(self):
        for row in self:
            row.raw_text = "\n".join(
                f"{column}: {value}" for column, value in (row.raw or {}).items()
            )

    @api.model
    def _get_reread_codes(self):
        """Return the reasons that may no longer hold when a report is processed again.

        :return: list of values of ``code``
        """
        return ["undone"]

    def action_process_again(self):
        """Process the reports of these rows again, as far as rows are open."""
        self.check_access("read")
        return self.report_id.action_process_again()

    def _filter_unread(self, since=None):
        """Return those rows that could not be read, of a report or of later ones.

        :param since: ``amazon.report`` record; None, or none: of any report
        """
        unread = self.filtered(lambda row: row.outcome == "error")
        return unread - unread._filter_older_than(since) if since else unread

    def _filter_older_than(self, report):
        """Return the rows of reports that Amazon made before another."""
        older = self.report_id._filter_older_than(report)
        return self.filtered(lambda row: row.report_id in older)
