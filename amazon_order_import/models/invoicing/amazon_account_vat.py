from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...messages import get_message

#: Any name is Amazon's own: Odoo must not look for a year or a month in it.
FOREIGN_NUMBERS = r"^(?P<prefix1>.*?)(?P<seq>\d{0,9})(?P<suffix>\D*?)$"


class AmazonAccount(models.Model):
    _inherit = "amazon.account"

    vat_document_policy = fields.Selection(
        [
            ("none", "List them only"),
            ("match", "Match them with your own invoices"),
            ("create", "Make journal entries of them"),
        ],
        "Amazon's Invoices",
        required=True,
        default="none",
        help="What becomes of the invoices and credit notes that Amazon issues in your "
        "name (VCS). Journal entries have Amazon's number and exact amounts; where the "
        "order has an invoice of your own, that is matched in any case, and a "
        "difference is shown",
        tracking=True,
    )
    vat_journal_id = fields.Many2one(
        "account.journal",
        "Journal of Amazon's Invoices",
        check_company=True,
        copy=False,
        domain=[("type", "=", "sale")],
        help="A sales journal for Amazon's documents only, as Amazon gives the "
        "numbers. Empty: created when first needed",
        tracking=True,
    )
    vat_document_count = fields.Integer(
        "VAT Documents", compute="_compute_vat_document_counts"
    )

    def _compute_vat_document_counts(self):
        counts = dict(
            self.env["amazon.vat.document"]._read_group(
                [("account_id", "in", self.ids)], ["account_id"], ["__count"]
            )
        )
        for account in self:
            account.vat_document_count = counts.get(account, 0)

    # === FROM WHEN THE SERVICE COUNTS === #

    @api.onchange("vat_service")
    def _onchange_vat_service(self):
        """Have a service that is chosen later leave the orders before it alone.

        In a new account, it most likely is older than the account.
        """
        account = self._origin
        if self.vat_service == "none":
            self.vat_service_from = False
        elif (
            account.vat_service == "none"
            and not self.vat_service_from
            and self.env["sale.order"].search_count(
                [("amazon_account_id", "=", account.id)], limit=1
            )
        ):
            self.vat_service_from = account._get_local_day(fields.Datetime.now())

    def write(self, vals):
        result = super().write(vals)
        if {"vat_service", "vat_service_from"} & vals.keys():
            self.sudo()._release_orders()
        return result

    def _release_orders(self):
        """Have orders and uploads that the service held be looked at once more."""
        orders = self.env["sale.order"].search(
            [
                ("amazon_account_id", "in", self.ids),
                ("invoice_status", "=", "to invoice"),
                ("amazon_workflow_note", "!=", False),
            ]
        )
        orders.filtered(self._is_held_by_service).amazon_workflow_note = False
        self.env["amazon.invoice.upload"].search(
            [
                ("account_id", "in", self.ids),
                ("state", "=", "manual"),
                ("reason_code", "=", "amazon_invoices"),
            ]
        )._pass_gate()

    def _is_held_by_service(self, order):
        note = get_message(order, "amazon_workflow_note")
        codes = ("invoiced_by_amazon", "invoiced_by_vat_data")
        return note is not None and note.code in codes

    @api.constrains("vat_journal_id")
    def _check_vat_journal(self):
        for account in self:
            journal = account.sudo().vat_journal_id
            if not journal:
                continue
            other = (
                self.env["account.move"]
                .sudo()
                .search(
                    [
                        ("journal_id", "=", journal.id),
                        ("amazon_vat_document_ids", "=", False),
                        ("name", "not in", (False, "/")),
                    ],
                    limit=1,
                )
            )
            if other:
                raise ValidationError(
                    self.env._(
                        "The journal %(journal)s has entries with numbers of its own "
                        "(%(entry)s); Amazon's numbers would disturb them. Choose a "
                        "sales journal that is for Amazon's invoices only, or leave it "
                        "empty: one is created then.",
                        journal=journal.display_name,
                        entry=other.display_name,
                    )
                )
            journal.sequence_override_regex = FOREIGN_NUMBERS

    def _get_vat_journal(self):
        """Return the journal of Amazon's documents; created when first needed."""
        self.ensure_one()
        account = self.sudo().with_company(self.company_id)
        if not account.vat_journal_id:
            account.vat_journal_id = account.env["account.journal"].create(
                {
                    "name": self.env._("Invoices by Amazon (%s)", account.name),
                    "code": account._get_free_journal_code(),
                    "type": "sale",
                    "company_id": account.company_id.id,
                    "refund_sequence": False,
                    "show_on_dashboard": True,
                    "sequence_override_regex": FOREIGN_NUMBERS,
                }
            )
        return account.vat_journal_id

    def _get_free_journal_code(self):
        journals = self.env["account.journal"].with_context(active_test=False)
        taken = set(
            journals.search([("company_id", "=", self.company_id.id)]).mapped("code")
        )
        codes = ["AMZ", *(f"AMZ{number}" for number in range(2, 100))]
        return next(code for code in codes if code not in taken)

    def action_view_vat_documents(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_vat_document_action"
        )
        action["domain"] = [("account_id", "=", self.id)]
        return action
