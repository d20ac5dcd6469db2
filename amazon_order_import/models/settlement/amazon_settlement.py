from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...messages import MessageText, message


class AmazonSettlement(models.Model):
    """One settlement of Amazon's: a period, its rows, and what was paid out.

    reading --(the file is through)--> posted | draft (the account wants it so)
        | held (a row is not known, a period is locked, ...)
    held | draft --(book)--> posted
    """

    _name = "amazon.settlement"
    _description = "Amazon Settlement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"
    _rec_name = "settlement_id"
    _check_company_auto = True
    _mail_post_access = "read"

    account_id = fields.Many2one(
        "amazon.account", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    report_id = fields.Many2one(
        "amazon.report", readonly=True, index="btree_not_null", ondelete="set null"
    )
    settlement_id = fields.Char(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    date_from = fields.Datetime("From", readonly=True)
    date_to = fields.Datetime("To", readonly=True)
    deposit_date = fields.Datetime("Paid Out", readonly=True)
    amount_total = fields.Monetary("Payout", readonly=True)
    amount_sale = fields.Monetary("Sales", compute="_compute_amounts")
    amount_refund = fields.Monetary("Refunds", compute="_compute_amounts")
    amount_other = fields.Monetary("Fees and Others", compute="_compute_amounts")
    fingerprint = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("reading", "Being Read"),
            ("held", "To Do"),
            ("draft", "Draft Entry"),
            ("posted", "Posted"),
        ],
        required=True,
        default="reading",
        readonly=True,
        index=True,
        tracking=True,
    )
    note = MessageText("What to Do", readonly=True)
    accept_unknown = fields.Boolean(
        readonly=True, copy=False, help="Rows that are not known may stay in suspense"
    )
    line_ids = fields.One2many("amazon.settlement.line", "settlement_id", readonly=True)
    unknown_line_ids = fields.One2many(
        "amazon.settlement.line",
        "settlement_id",
        "Rows Not Known",
        domain=[("is_unknown", "=", True)],
        readonly=True,
    )
    order_ids = fields.One2many(
        "amazon.settlement.order", "settlement_id", readonly=True
    )
    difference_count = fields.Integer("To Check", compute="_compute_difference_count")
    move_id = fields.Many2one(
        "account.move",
        "Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    _settlement_unique = models.UniqueIndex(
        "(company_id, account_id, settlement_id)",
        "This settlement is in the list already.",
    )

    @api.depends("line_ids.amount", "line_ids.part")
    def _compute_amounts(self):
        sums = {}
        for settlement, part, amount in self.env["amazon.settlement.line"]._read_group(
            [("settlement_id", "in", self.ids)],
            ["settlement_id", "part"],
            ["amount:sum"],
        ):
            sums[settlement, part] = amount
        for settlement in self:
            settlement.amount_sale = sums.get((settlement, "sale"), 0)
            settlement.amount_refund = sums.get((settlement, "refund"), 0)
            settlement.amount_other = sums.get((settlement, "other"), 0)

    def _compute_difference_count(self):
        counts = dict(
            self.env["amazon.settlement.order"]._read_group(
                [("settlement_id", "in", self.ids), ("is_open", "=", True)],
                ["settlement_id"],
                ["__count"],
            )
        )
        for settlement in self:
            settlement.difference_count = counts.get(settlement, 0)

    # === BOOKING === #

    def _book(self, by_person=False):
        """Make or renew the entries of settlements, as far as all is known.

        :param by_person: see ``amazon.settlement.booker``
        """
        for settlement in self:
            booker = self.env["amazon.settlement.booker"]
            booker.with_company(settlement.company_id).book(settlement, by_person)

    @api.model
    def _book_held(self, companies):
        self.search(
            [("company_id", "in", companies.ids), ("state", "=", "held")]
        )._book()

    def _hold(self, reason):
        """Leave the settlement to a person.

        :param reason: `Message`
        """
        self.write({"state": "held", "note": reason})
        user = self.account_id._get_responsible()
        if user:
            self._schedule_amazon_todo(user, message("todo_settlement"), reason)

    def _finish(self, state):
        """Note that nothing is left to do for a person.

        :param str state: ``posted`` or ``draft``
        """
        self.write({"state": state, "note": False})
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self.report_id._update_attention()

    def _remove(self):
        """Take settlements back with their entries; return how many there were."""
        count = len(self)
        moves = self.move_id
        moves.line_ids.remove_move_reconcile()
        moves.filtered(lambda move: move.state == "posted").button_draft()
        # What was in the books once, leaves a cancelled entry.
        once = moves.filtered("posted_before")
        once.button_cancel()
        (moves - once).unlink()
        self.unlink()
        return count

    # === ACTIONS === #

    def _check_may_book(self):
        self.check_access("read")
        user = self.env.user
        if not self.env.su and not (
            user.has_group("amazon_order_import.group_amazon_manager")
            or user.has_group("account.group_account_invoice")
        ):
            raise AccessError(
                self.env._(
                    "An accountant or an Amazon administrator books settlements."
                )
            )

    def action_book(self):
        self._check_may_book()
        self.sudo()._book(by_person=True)
        return True

    def action_accept_unknown(self):
        """Post all the same: what is not known stays in the suspense account."""
        self._check_may_book()
        self.sudo().accept_unknown = True
        self.sudo()._book(by_person=True)
        return True

    def action_view_move(self):
        self.check_access("read")
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "form",
            "res_id": self.move_id.id,
        }

    def action_view_orders(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_settlement_order_action"
        )
        action["domain"] = [("settlement_id", "in", self.ids)]
        return action
