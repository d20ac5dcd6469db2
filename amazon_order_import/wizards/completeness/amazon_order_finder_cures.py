from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class AmazonOrderFinder(models.TransientModel):
    """What the buttons below an answer do."""

    _inherit = "amazon.order.finder"

    def action_find(self):
        """Show the answer to the number that was entered."""
        self.check_access("read")
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "amazon_order_import.amazon_order_finder_action"
            ),
            "res_id": self.id,
        }

    def action_cure(self):
        """Do what mends it; see `CURES`."""
        self.ensure_one()
        self.check_access("read")
        if not self.cure:
            return self.action_find()
        return self._get_cures()[self.cure]()

    def _get_cures(self):
        """Return the methods that mend, each gives an action, by the values of `CURES`.

        :rtype: dict
        """
        return {
            "process": self._cure_process,
            "map": self._cure_map,
            "request": self._cure_request,
            "request_list": self._cure_request_list,
            "activate": self._cure_activate,
            "renew": self._open_account,
            "unarchive": self._open_account,
        }

    def _cure_process(self):
        if self.code == "deleted":
            # A person wants it back: processing again leaves deleted orders alone.
            self.report_id._reopen_deleted(self.order_ref)
        self.report_id._process_again()
        self.report_id._process_soon()
        return self.action_find()

    def _cure_map(self):
        return self._open(self.offer_id)

    def _cure_request(self):
        request = self.env["amazon.report.request"].create(
            {
                "account_id": self.account_id.id,
                "kind": self.request_kind,
                "date_from": self.request_from,
                "date_to": self.request_to,
            }
        )
        return self._show_requested(request)

    def _cure_request_list(self):
        if not self.account_id:
            raise UserError(
                self.env._(
                    "There is no Amazon account yet. An Amazon administrator creates "
                    "it under Amazon > Configuration > Accounts."
                )
            )
        now = fields.Datetime.now()
        last = self.account_id._get_last_control_moment()
        request = self.env["amazon.report.request"].create(
            [
                {
                    "account_id": self.account_id.id,
                    "kind": "all_orders",
                    "date_from": max(
                        (last or now) - timedelta(days=1), now - timedelta(days=30)
                    )
                    if last
                    else now - timedelta(days=30),
                    "date_to": now,
                }
            ]
        )
        return self._show_requested(request)

    def _show_requested(self, request):
        reports = request.report_ids
        return (
            self._open(reports) if len(reports) == 1 else request.action_view_reports()
        )

    def _cure_activate(self):
        """Switch on the channel of the order, and read again what it left out."""
        marketplace = self.control_id.marketplace_id
        if not marketplace:
            marketplace = self.env["amazon.marketplace"].search(
                [("name", "=ilike", (self.row_id.raw or {}).get("sales-channel"))]
            )
        channels = self.account_id.with_context(active_test=False).channel_ids
        channels.filtered(lambda c: c.marketplace_id == marketplace).active = True
        self.env["amazon.control.order"].sudo()._refresh(self.account_id)
        if self.row_id:
            return self._cure_process()
        return self.action_find()

    def _open_account(self):
        return self._open(self.account_id)

    def action_view_order(self):
        self.check_access("read")
        return self._open(self.sale_order_id)

    def action_view_report(self):
        self.check_access("read")
        return self._open(self.report_id)

    def action_view_control(self):
        self.check_access("read")
        return self._open(self.control_id)

    def _open(self, record):
        record.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
