import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import split_every

_logger = logging.getLogger(__name__)

#: Orders confirmed in one call (see design.md, "Batches").
CONFIRM_BATCH = 50


class AmazonOrderWorkflow(models.AbstractModel):
    _name = "amazon.order.workflow"
    _description = "Workflow of Imported Amazon Orders"

    @api.model
    def run(self, report, order_refs):
        """Take the orders of a batch as far as the account's settings say.

        :param report: ``amazon.report`` record, whose rows tell what fails
        :param order_refs: list of Amazon order numbers
        """
        if not report.account_id.confirm_orders:
            return
        orders = self.env["sale.order"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("amazon_order_ref", "in", order_refs),
                ("state", "=", "draft"),
            ]
        )
        rows = self.env["amazon.report.row"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("order_ref", "in", orders.mapped("amazon_order_ref")),
                "|",
                ("outcome", "in", ("waiting", "error")),
                ("needs_attention", "=", True),
            ]
        )
        incomplete = set(rows.mapped("order_ref"))
        orders = orders.filtered(lambda o: o.amazon_order_ref not in incomplete)
        for ids in split_every(CONFIRM_BATCH, orders.ids):
            self._confirm_batch(report, orders.browse(ids))

    def _confirm_batch(self, report, orders):
        try:
            with self.env.cr.savepoint():
                orders.action_confirm()
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
                exc_info=not isinstance(error, UserError),
            )
            self.env["amazon.report.row"].search(
                [("report_id", "=", report.id), ("sale_order_id", "=", orders.id)]
            ).write(
                {
                    "needs_attention": True,
                    "code": "not_confirmed",
                    "message": self.env._(
                        "Order %(order)s is imported but could not be confirmed: "
                        "%(error)s\nOpen the quotation, correct this and confirm it.",
                        order=orders.amazon_order_ref,
                        error=error,
                    ),
                }
            )
