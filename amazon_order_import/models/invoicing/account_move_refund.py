from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...messages import compose


class AccountMove(models.Model):
    _inherit = "account.move"

    amazon_refund_ids = fields.One2many("amazon.refund", "move_id", readonly=True)
    amazon_refund_reason = fields.Char(
        "Credit More Than Sold",
        copy=False,
        tracking=True,
        help="Why this credit note may credit more than was sold on Amazon; entered by "
        "an Amazon administrator",
    )
    amazon_refund_warning = fields.Text(compute="_compute_amazon_refund_warning")

    @api.depends("state", "move_type", "invoice_line_ids.price_total")
    @api.depends_context("lang")
    def _compute_amazon_refund_warning(self):
        guard = self.env["amazon.refund.guard"]
        self.amazon_refund_warning = False
        for move in self._get_amazon_credit_notes():
            if move.state != "draft":
                continue
            orders = move._get_amazon_refund_orders()
            states = guard.get_states(orders, move._origin)
            texts = [
                self.env._(
                    "%(order)s has credit already: %(documents)s. This draft credits "
                    "on top of that.",
                    order=order.display_name,
                    documents=compose(self.env, guard.explain_credited(state)),
                )
                for order, state in states.items()
                if state.moves or state.refunds
            ]
            move.amazon_refund_warning = "\n".join(texts) or False

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("amazon_refund_reason") for vals in vals_list):
            self._check_amazon_manager()
        return super().create(vals_list)

    def write(self, vals):
        if "amazon_refund_reason" in vals:
            self._check_amazon_manager()
        return super().write(vals)

    def _check_amazon_manager(self):
        if not self.env.su and not self.env.user.has_group(
            "amazon_order_import.group_amazon_manager"
        ):
            raise AccessError(
                self.env._(
                    "Only an Amazon administrator may let a credit note credit more "
                    "than was sold."
                )
            )

    def _get_amazon_credit_notes(self):
        """Return the credit notes among these that belong to Amazon orders."""
        return self.filtered(
            lambda move: move.move_type == "out_refund"
            and move._get_amazon_refund_orders()
        )

    def _get_amazon_refund_orders(self):
        """Return the Amazon orders of invoices and credit notes."""
        lines = self.invoice_line_ids | self.reversed_entry_id.invoice_line_ids
        return lines.sudo().sale_line_ids.order_id.filtered("amazon_order_ref")

    def _post(self, soft=True):
        credit_notes = self._get_amazon_credit_notes()
        if credit_notes:
            self.env["amazon.refund.guard"].check_moves(credit_notes)
            credit_notes._note_money_only()
        posted = self.browse()
        for moves in self._split_by_reversed(credit_notes):
            posted |= super(AccountMove, moves)._post(soft)
        credit_notes._get_amazon_refund_orders().sudo().amazon_return_ids._attach_credit_notes()
        (credit_notes & posted)._pay_amazon_credit_notes()
        return posted

    def _pay_amazon_credit_notes(self):
        """Pay credit notes from the clearing journal, where the workflow wants it.

        As far as they are not set off against an invoice that nobody has paid.
        """
        moves = self.sudo()
        workflow = self.env["amazon.order.workflow"].sudo()
        for account, members in moves.grouped(
            lambda move: move._get_amazon_refund_orders().amazon_account_id
        ).items():
            if len(account) == 1 and account.order_workflow == "paid":
                account = account.with_company(account.company_id)
                members._match_amazon_payments()
                workflow.with_env(account.env)._pay_invoices(account, members)

    def _match_amazon_payments(self):
        """Set credit notes off against their payments, after a reset to draft."""
        for move in self:
            payments = move.matched_payment_ids.move_id
            lines = (move | payments).line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
                and line.parent_state == "posted"
                and not line.reconciled
            )
            if lines.move_id & payments:
                lines.reconcile()

    @api.depends("reversed_entry_id")
    def _compute_invoice_currency_rate(self):
        # What is given back has the rate of what was sold.
        result = super()._compute_invoice_currency_rate()
        for move in self.filtered(lambda move: move.move_type == "out_refund"):
            origin = move.reversed_entry_id
            if origin.currency_id == move.currency_id and origin._is_for_amazon_buyer():
                move.invoice_currency_rate = origin.invoice_currency_rate
        return result

    def _note_money_only(self):
        """Note on each line of Amazon's credit notes whether it takes units back.

        One after the other: what the one takes back, the next cannot.
        """
        credit_notes = self._get_amazon_credit_notes().sorted(
            lambda move: (move.invoice_date or fields.Date.context_today(move), move.id)
        )
        open_notes = credit_notes
        for move in credit_notes:
            lines = move.invoice_line_ids.filtered(
                lambda line: len(line.sale_line_ids) == 1
                and line.sale_line_ids.amazon_line_type
            )
            for line in lines:
                line.amazon_money_only = not line._takes_units_back(open_notes)
            open_notes -= move

    def _split_by_reversed(self, credit_notes):
        """Split moves so that each invoice is credited once in a part.

        Of credit notes posted together, Odoo pairs the first with the first invoice
        that any of them credits, and so on: two for one invoice, and the others are
        reconciled with the invoices of other customers.

        :return: list of ``account.move``, the first with all others, too
        """
        parts, seen = [self - credit_notes], Counter()
        for move in credit_notes:
            origin = move.reversed_entry_id
            if seen[origin] == len(parts):
                parts.append(self.browse())
            parts[seen[origin]] |= move
            if origin:
                seen[origin] += 1
        return parts if len(parts) > 1 else [self]

    def _check_amazon_refund_left(self):
        """Refuse to credit invoices once more whose orders are credited in full.

        :raise UserError: naming the credit notes that there are
        """
        guard = self.env["amazon.refund.guard"]
        orders = self.filtered(
            lambda move: move.move_type == "out_invoice"
        )._get_amazon_refund_orders()
        for order, state in guard.get_states(orders).items():
            if state.moves and (
                order.currency_id.compare_amounts(state.credited, state.sold) >= 0
            ):
                raise UserError(
                    self.env._(
                        "Everything that was sold with %(order)s is credited already: "
                        "%(documents)s. Use that credit note; delete it or set it to "
                        "cancelled if it is wrong.",
                        order=order.display_name,
                        documents=compose(self.env, guard.explain_credited(state)),
                    )
                )
