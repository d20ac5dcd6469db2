from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...messages import MessageText
from ...report_formats.kinds import KIND_SELECTION, ORDER_KINDS
from .amazon_report_row import OUTCOMES, TODO_DOMAIN

#: Report kind -> model that imports its rows (see ``amazon.row.importer``).
IMPORTERS = {
    **dict.fromkeys(ORDER_KINDS, "amazon.order.importer"),
    "fba_inventory": "amazon.stock.importer",
    "fba_returns": "amazon.return.importer",
    "all_orders": "amazon.control.importer",
    "vcs_invoices": "amazon.vat.document.importer",
    "vcs_lite": "amazon.vat.invoice.importer",
    "settlement": "amazon.settlement.importer",
}
#: States in which the scheduled action has something to do.
OPEN_STATES = ("requested", "ready", "processing")


class AmazonReport(models.Model):
    """One report file: its way from Amazon, its archive and its processing.

    requested --(Amazon is done, file fetched)--> ready --> processing
        --> done | attention (some rows need a person)
    requested --> requested (Amazon made none, asked again where that helps)
    requested --> cancelled (Amazon has nothing) | failed
    ready | processing --> failed (the file is no such report)
    requested | ready | attention | failed --> skipped (a person said so)
    failed --> skipped (its period has come in by other reports)
    done | attention | failed | skipped | cancelled --(process again)--> ready
    """

    _name = "amazon.report"
    _description = "Amazon Report"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    # Nobody edits a report, but staff talk about it.
    _mail_post_access = "read"

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    request_id = fields.Many2one(
        "amazon.report.request", index="btree_not_null", ondelete="set null"
    )
    kind = fields.Selection(KIND_SELECTION, required=True)
    state = fields.Selection(
        [
            ("requested", "At Amazon"),
            ("ready", "Ready"),
            ("processing", "Processing"),
            ("done", "Done"),
            ("attention", "To Do"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled by Amazon"),
            ("skipped", "Skipped"),
        ],
        required=True,
        default="requested",
        index=True,
        tracking=True,
    )
    failure_reason = MessageText(readonly=True)
    failure_code = fields.Char(readonly=True)
    marketplace_ids = fields.Many2many("amazon.marketplace", string="Marketplaces")
    date_from = fields.Datetime("From")
    date_to = fields.Datetime("To")

    # At Amazon.
    amazon_report_id = fields.Char("Amazon Report ID", index="btree_not_null")
    amazon_document_id = fields.Char("Amazon Document ID")
    amazon_status = fields.Char(
        "Status at Amazon", help="IN_QUEUE, IN_PROGRESS, DONE, CANCELLED or FATAL"
    )
    asked_at = fields.Datetime(
        "Asked For", help="When Amazon was asked to make this report"
    )
    next_attempt = fields.Datetime(
        help="Amazon asked to wait, or could not be reached: not before this moment"
    )
    last_error = MessageText(readonly=True)

    # The file.
    filename = fields.Char()
    file = fields.Binary(attachment=True, copy=False)
    checksum = fields.Char("SHA-256", readonly=True)
    same_file_id = fields.Many2one(
        "amazon.report",
        "Same File As",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The first report of the account with this very file",
    )
    file_size = fields.Integer("Size (bytes)", readonly=True)
    charset = fields.Char("Character Set")

    # Processing.
    row_ids = fields.One2many("amazon.report.row", "report_id")
    open_row_ids = fields.One2many(
        "amazon.report.row",
        "report_id",
        "Rows To Do",
        domain=TODO_DOMAIN,
    )
    row_count = fields.Integer("Rows", readonly=True)
    next_row = fields.Integer(
        default=0, help="How many rows are processed; resuming starts after them"
    )
    only_open_rows = fields.Boolean(
        help="Processing again: only rows that wait or have an error"
    )
    progress = fields.Float(compute="_compute_progress")
    processed_at = fields.Datetime("Processed", readonly=True)
    created_count = fields.Integer("Created", compute="_compute_outcome_counts")
    updated_count = fields.Integer("Updated", compute="_compute_outcome_counts")
    unchanged_count = fields.Integer("Unchanged", compute="_compute_outcome_counts")
    cancelled_count = fields.Integer("Cancelled", compute="_compute_outcome_counts")
    ignored_count = fields.Integer("Ignored", compute="_compute_outcome_counts")
    waiting_count = fields.Integer("Waiting", compute="_compute_outcome_counts")
    error_count = fields.Integer("Errors", compute="_compute_outcome_counts")

    _amazon_report_unique = models.UniqueIndex(
        "(account_id, amazon_report_id) WHERE amazon_report_id IS NOT NULL",
        "This report of Amazon is in the list already.",
    )

    @api.depends("kind", "amazon_report_id", "filename")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for report in self:
            name = report.amazon_report_id or report.filename or f"#{report.id}"
            report.display_name = f"{labels.get(report.kind, report.kind)} {name}"

    @api.depends("state", "next_row", "row_count")
    def _compute_progress(self):
        for report in self:
            if report.state in ("done", "attention"):
                report.progress = 100.0
            elif report.row_count:
                report.progress = 100.0 * report.next_row / report.row_count
            else:
                report.progress = 0.0

    @api.depends("row_ids.outcome")
    def _compute_outcome_counts(self):
        counts = Counter()
        for report, outcome, count in self.env["amazon.report.row"]._read_group(
            [("report_id", "in", self.ids)], ["report_id", "outcome"], ["__count"]
        ):
            counts[report.id, outcome] = count
        for report in self:
            for outcome, _label in OUTCOMES:
                field = "error_count" if outcome == "error" else f"{outcome}_count"
                report[field] = counts[report.id, outcome]

    # === AGE === #

    def _is_older_than(self, other):
        """Whether Amazon said what this report holds before it said the other's.

        Reports are not always read in the order in which Amazon made them.

        :param other: ``amazon.report`` record
        """
        return self._get_age_key() < other._get_age_key()

    def _filter_older_than(self, other):
        """Return those that are older than another; see ``_is_older_than``.

        :param other: single ``amazon.report`` record, or none: nothing is older
        """
        if not other:
            return self.browse()
        age = other._get_age_key()
        return self.filtered(lambda report: report._get_age_key() < age)

    def _get_latest(self):
        """Return the one of these that Amazon made last, or none."""
        return self.sorted(lambda report: report._get_age_key())[-1:]

    def _get_age_key(self):
        """Return what sorts reports by the moment at which Amazon made them."""
        self.ensure_one()
        report = self
        if not self.asked_at and self.same_file_id:
            # Brought once more by hand, a file says nothing new.
            report = self.same_file_id
        return report.asked_at or report.create_date, report.id

    def _fail(self, code, reason):
        """Give the report up.

        :param str code: what people look for
        :param reason: `Message`
        """
        self.write({"state": "failed", "failure_code": code, "failure_reason": reason})

    # === HOOKS === #

    def _get_importer(self):
        """Return the importer model for this kind of report; see there."""
        return self._get_importer_of(self.kind)

    @api.model
    def _get_importer_of(self, kind):
        """Return the model that makes records of the rows of a kind of report.

        :return: a model that inherits ``amazon.row.importer``
        """
        return self.env[IMPORTERS[kind]]

    def _start_reading(self, parsed):
        """The file is open and accepted; its rows follow.

        :param parsed: ``report_formats.Report``
        """

    def _after_rows(self):
        """All rows are imported, but not counted yet."""

    def _after_processing(self):
        """The report is processed, and its state is set."""

    def _after_failure(self):
        """The scheduled action has found that the file cannot be read."""

    # === ACTIONS === #

    def action_skip(self):
        """Leave the report out: it is neither fetched nor processed any more."""
        self.check_access("read")
        done = self.filtered(lambda r: r.state in ("done", "processing"))
        if done:
            raise UserError(
                self.env._(
                    "%(report)s is being processed or done already; there is nothing "
                    "left to skip.",
                    report=done[0].display_name,
                )
            )
        reports = self.sudo()
        reports.state = "skipped"
        reports.activity_unlink(["mail.mail_activity_data_todo"])
        return True

    def action_view_rows(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_row_action"
        )
        action["domain"] = [("report_id", "=", self.id)]
        return action
