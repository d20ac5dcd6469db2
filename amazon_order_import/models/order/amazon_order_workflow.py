import logging

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import split_every

from ...messages import REFUSALS, MessageError, get_error_message, message
from ...report_formats.kinds import ORDER_KINDS
from ...trusted_context import Trusted, get_trusted

_logger = logging.getLogger(__name__)

#: Orders confirmed, or invoiced, in one call (see design.md, "Batches").
CONFIRM_BATCH = 50
INVOICING_WORKFLOWS = ("invoice", "paid")


class AmazonOrderWorkflow(models.AbstractModel):
    _name = "amazon.order.workflow"
    _description = "Workflow of Imported Amazon Orders"

    @api.private
    def run(self, report, order_refs):
        """Take the orders of a batch as far as the account's settings say.

        Never raises for an order that cannot go further: its rows, or a to-do on the
        order or the invoice, tell the reason.

        :param report: ``amazon.report`` record, whose rows tell what fails
        :param order_refs: list of Amazon order numbers
        """
        account = report.account_id
        if get_trusted(self.env, "amazon_preview"):
            return
        orders = self.env["sale.order"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("amazon_order_ref", "in", order_refs),
                ("state", "in", ("draft", "sale")),
            ],
            # Where the stock does not suffice for all, who bought first gets it.
            order="date_order, id",
        )
        if account.order_workflow == "quotation":
            orders.filtered(lambda o: not o.amazon_tax_problem)._close_tax_rows()
            return
        orders -= self._get_incomplete(orders)
        drafts = orders.filtered(lambda order: order.state == "draft")
        for ids in split_every(CONFIRM_BATCH, drafts.ids):
            self._confirm_batch(report, drafts.browse(ids))
        if account.order_workflow in INVOICING_WORKFLOWS:
            orders = orders.filtered_domain(self._get_invoice_domain(account))
            # A further report may have removed what was in the way.
            orders.filtered("amazon_workflow_note").amazon_workflow_note = False
            self._invoice_orders(account, orders)

    @api.private
    def run_invoicing(self, account, commit):
        """Invoice what can be invoiced since a delivery, for one account.

        :param account: ``amazon.account`` record
        :param commit: function that commits and returns the seconds left
        """
        if account.order_workflow not in INVOICING_WORKFLOWS:
            return
        last_id = 0
        while True:
            orders = self.env["sale.order"].search(
                [
                    *self._get_invoice_domain(account),
                    ("amazon_workflow_note", "=", False),
                    ("id", ">", last_id),
                ],
                order="id",
                limit=CONFIRM_BATCH,
            )
            if not orders:
                return
            last_id = orders[-1].id
            orders = orders.with_company(account.company_id)
            self._invoice_orders(account, orders - self._get_incomplete(orders))
            if not commit(len(orders)):
                return

    # === CONFIRM === #

    def _get_incomplete(self, orders):
        """Return the orders of which a report row still needs a person."""
        rows = self.env["amazon.report.row"].search(
            [
                ("company_id", "in", orders.company_id.ids),
                ("order_ref", "in", orders.mapped("amazon_order_ref")),
                # Returns, documents and lists say nothing about what was sold; those
                # that wait for the order would have it wait for them.
                ("report_id.kind", "in", ORDER_KINDS),
                "|",
                ("outcome", "in", ("waiting", "error")),
                "&",
                ("needs_attention", "=", True),
                # What was in the way then may be gone by now.
                ("code", "!=", "not_confirmed"),
            ]
        )
        # Why an order was held, another report may have settled by now.
        held = orders.filtered("amazon_tax_problem").mapped("amazon_order_ref")
        rows = rows.filtered(
            lambda row: row.code != "held_for_tax" or row.order_ref in held
        )
        incomplete = set(rows.mapped("order_ref"))
        return orders.filtered(lambda order: order.amazon_order_ref in incomplete)

    def _confirm_batch(self, report, orders):
        try:
            with self.env.cr.savepoint():
                orders.action_confirm()
                orders._close_tax_rows()
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            if len(orders) > 1:
                for order in orders:
                    self._confirm_batch(report, order)
                return
            _logger.warning(
                "Report %s: order %s cannot be confirmed",
                report.id,
                orders.amazon_order_ref,
                exc_info=not isinstance(error, REFUSALS),
            )
            self.env["amazon.report.row"].search(
                [("report_id", "=", report.id), ("sale_order_id", "=", orders.id)]
            ).write(
                {
                    "needs_attention": True,
                    "code": "not_confirmed",
                    "message": message(
                        "not_confirmed",
                        order=orders.amazon_order_ref,
                        error=get_error_message(error),
                    ),
                }
            )

    # === INVOICE === #

    def _get_invoice_domain(self, account):
        """Orders of which goods can be invoiced; charges alone make no invoice."""
        return [
            ("amazon_account_id", "=", account.id),
            ("state", "=", "sale"),
            ("invoice_status", "=", "to invoice"),
            ("amazon_is_replacement", "=", False),
            (
                "order_line",
                "any",
                [("amazon_line_type", "=", "item"), ("qty_to_invoice", ">", 0)],
            ),
        ]

    def _invoice_orders(self, account, orders):
        notes = {order: self._get_invoicing_note(account, order) for order in orders}
        held = orders.filtered(notes.get)
        for order in held:
            order.amazon_workflow_note = notes[order]
        for ids in split_every(CONFIRM_BATCH, (orders - held).ids):
            invoices = self._create_invoices(orders.browse(ids))
            invoices = self._post_invoices(self._hold_locked(invoices))
            if account.order_workflow == "paid":
                self._pay_invoices(account, invoices)

    def _get_invoicing_note(self, account, order):
        """Return why Odoo makes no invoice of an order by itself, or None.

        :rtype: Message
        """
        return message("invoiced_by_amazon") if order.amazon_is_invoiced else None

    def _try_together(self, records, action, on_failure):
        """Do something for all records at once; if that fails, for each of them.

        :param action: function of records that returns ``account.move`` records
        :param on_failure: function of the one record and of its exception
        :return: what ``action`` returned for those with which it succeeded
        """
        nothing = self.env["account.move"]
        if not records:
            return nothing
        try:
            with self.env.cr.savepoint():
                result = action(records)
                self.env.flush_all()
                return result
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            if len(records) > 1:
                return nothing.concat(
                    *(
                        self._try_together(record, action, on_failure)
                        for record in records
                    )
                )
            _logger.warning(
                "%s: %s",
                records,
                error,
                exc_info=not isinstance(error, REFUSALS),
            )
            on_failure(records, error)
            return nothing

    def _create_invoices(self, orders):
        """Return one draft invoice per order."""

        def create(orders):
            for company, members in orders.grouped("company_id").items():
                members.currency_id._check_amazon_rate(company)
            return orders.with_context(
                amazon_workflow=Trusted(), raise_if_nothing_to_invoice=False
            )._create_invoices(grouped=True)

        def fail(order, error):
            note = message(
                "invoice_not_created",
                order=order.amazon_order_ref,
                error=get_error_message(error),
            )
            order.amazon_workflow_note = note
            order._schedule_amazon_activity(note)

        return self._try_together(orders, create, fail)

    def _hold_locked(self, invoices):
        """Return the invoices of open periods; the others stay drafts, with a to-do.

        Odoo would post them in another period than that of the supply.
        """
        opened = invoices.browse()
        for invoice in invoices:
            date = invoice.invoice_date
            tax = invoice._affect_tax_report()
            locks = invoice._get_violated_lock_dates(date, tax)
            if not locks:
                opened |= invoice
                continue
            self._leave_invoice(
                invoice,
                message(
                    "invoice_period_locked",
                    order=invoice.invoice_origin,
                    date=date,
                    locks=self.env["res.company"]._format_lock_dates(locks),
                ),
            )
        return opened

    def _post_invoices(self, invoices):
        """Post invoices; return those that are posted."""

        def post(invoices):
            invoices.action_post()
            return invoices

        def fail(invoice, error):
            self._leave_invoice(
                invoice,
                message(
                    "invoice_not_posted",
                    order=invoice.invoice_origin,
                    error=get_error_message(error),
                ),
            )

        return self._try_together(invoices, post, fail)

    def _leave_invoice(self, invoice, reason):
        """Put a to-do with the reason on an invoice that stays where it is.

        :param reason: `Message`
        """
        orders = invoice.line_ids.sale_line_ids.order_id
        orders.amazon_workflow_note = reason
        account = orders.amazon_account_id[:1]
        user = account.user_id or self.env.user
        record = invoice
        if not invoice.with_user(user).has_access("read"):
            # Odoo assigns no to-do to somebody who cannot open it.
            record = orders[:1]
        record._schedule_amazon_todo(user, message("todo_order_invoice"), reason)

    # === PAYMENT === #

    def _pay_invoices(self, account, invoices):
        """Book the payment of invoices and credit notes in the clearing journal.

        Amazon has got the money of the ones, and has given back that of the others.
        """

        def pay(invoices):
            journal = account.payment_journal_id
            payments = self.env["account.payment"].create(
                [self._prepare_payment(journal, invoice) for invoice in invoices]
            )
            # Its balance is what Amazon has yet to pay out. Given at creation, Odoo
            # would replace it.
            payments.outstanding_account_id = journal.default_account_id
            payments.action_post()
            for payment, invoice in zip(payments, invoices, strict=True):
                lines = (payment.move_id + invoice).line_ids.filtered(
                    lambda line: line.account_id.account_type == "asset_receivable"
                    and not line.reconciled
                )
                lines.reconcile()
                invoice.matched_payment_ids += payment
            return invoices

        def fail(invoice, error):
            self._leave_invoice(
                invoice,
                message(
                    "payment_not_booked",
                    order=invoice.invoice_origin,
                    error=get_error_message(error),
                ),
            )

        due = invoices.filtered(lambda invoice: invoice.amount_residual > 0)
        self._try_together(due, pay, fail)

    def _prepare_payment(self, journal, invoice):
        gives_back = invoice.move_type == "out_refund"
        if gives_back:
            method = journal.outbound_payment_method_line_ids[:1]
        else:
            method = journal.inbound_payment_method_line_ids[:1]
        if not method:
            account = invoice.line_ids.sale_line_ids.order_id.amazon_account_id[:1]
            code = "no_clearing_journal_out" if gives_back else "no_clearing_journal"
            raise MessageError(self.env, message(code, account=account.name))
        receivable = invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        return {
            "payment_type": "outbound" if gives_back else "inbound",
            "partner_type": "customer",
            "partner_id": invoice.commercial_partner_id.id,
            "company_id": invoice.company_id.id,
            "amount": invoice.amount_residual,
            "currency_id": invoice.currency_id.id,
            "date": invoice.invoice_date,
            "memo": invoice.payment_reference or invoice.name,
            "journal_id": journal.id,
            "payment_method_line_id": method.id,
            "destination_account_id": receivable.account_id[:1].id,
        }
