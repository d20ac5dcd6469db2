from odoo import models

from ...report_formats import values
from ...report_formats.moments import to_utc
from ...report_formats.order_numbers import is_multi_channel


class AmazonOrderFinder(models.TransientModel):
    """Answers that Odoo, a row of a report or Amazon's list of all orders gives."""

    _inherit = "amazon.order.finder"

    def _get_answers(self):
        return [
            *super()._get_answers(),
            self._answer_here,
            self._answer_left_out,
            self._answer_row,
            self._answer_archived_account,
            self._answer_multi_channel,
            self._answer_cancelled,
            self._answer_pending,
            self._answer_before_start,
            self._answer_inactive_channel,
            self._answer_set_aside,
        ]

    def _answer_here(self, facts):
        order = facts.order
        if not order:
            return None
        lines = [
            self.env._(
                "%(name)s of %(customer)s, %(total)s, account %(account)s.",
                name=order.name,
                customer=order.partner_id.display_name,
                total=order.currency_id.format(order.amount_total),
                account=order.amazon_account_id.name,
            )
        ]
        level, request = "success", {}
        if order.state == "cancel":
            level = "info"
            lines.append(self.env._("The order is cancelled in Odoo."))
        if facts.control.state == "incomplete":
            level = "warning"
            lines.append(
                self.env._(
                    "Amazon's list has %(amazon)s units, Odoo has %(odoo)s: an item is "
                    "missing still. Its report is requested again by itself.",
                    amazon=facts.control.unit_count,
                    odoo=facts.control.odoo_unit_count,
                )
            )
            request = {
                "cure": self._get_request_cure(facts),
                **self._get_request(facts),
            }
        if facts.row.outcome in ("waiting", "error"):
            level = "warning"
            lines.append(self._describe_row(facts.row))
        return {
            "code": "here",
            "level": level,
            "title": self.env._("Order %s is in Odoo", facts.order_ref),
            "message": "\n".join(lines),
            "sale_order_id": order.id,
            "row_id": facts.row.id,
            "report_id": facts.row.report_id.id,
            **request,
        }

    def _describe_row(self, row):
        outcomes = dict(row._fields["outcome"]._description_selection(self.env))
        text = self.env._(
            "%(report)s, row %(number)s: %(outcome)s.",
            report=row.report_id.display_name,
            number=row.number,
            outcome=outcomes[row.outcome],
        )
        return "\n".join(filter(None, (text, row.message)))

    def _answer_left_out(self, facts):
        """A report has the order, which was bought before the start of the account."""
        row = facts.row
        if row.code != "before_start" or not row.account_id.active:
            return None
        bought = facts.control.purchase_date or self._get_purchase_date(row)
        return self._explain_start(facts, row.account_id, bought)

    def _get_purchase_date(self, row):
        """Return when the order of a row was bought: naive UTC, or False."""
        try:
            return to_utc(values.moment((row.raw or {}).get("purchase-date", "")))
        except values.BadCell:
            return False

    def _answer_row(self, facts):
        row = facts.row
        if not row or not row.account_id.active:
            return None
        level, cure = "danger", "process"
        if row.outcome == "cancelled":
            level, cure = "info", False
        elif row.code == "multi_channel":
            return None
        elif row.code == "inactive_channel":
            cure = "activate"
        elif row.offer_id and not row.offer_id.product_id:
            cure = "map"
        elif row.code == "price_pending":
            level, cure = "warning", False
        if row.is_order_deleted:
            return self._explain_deleted(facts, row)
        return {
            "code": f"row_{row.outcome}",
            "level": level,
            "title": self.env._(
                "A report has order %s, but it did not become an order",
                facts.order_ref,
            )
            if level != "info"
            else self.env._("Amazon cancelled order %s", facts.order_ref),
            "message": self._describe_row(row),
            "cure": cure,
            "row_id": row.id,
            "report_id": row.report_id.id,
            "offer_id": row.offer_id.id,
        }

    def _explain_deleted(self, facts, row):
        """Return the answer for an order that was here, as its report tells."""
        return {
            "code": "deleted",
            "level": "danger",
            "title": self.env._("Order %s was deleted in Odoo", facts.order_ref),
            "message": self.env._(
                "%(row)s became an order, but somebody has deleted it since. Process "
                "the report again to import it anew.",
                row=row.display_name,
            ),
            "cure": "process",
            "row_id": row.id,
            "report_id": row.report_id.id,
        }

    def _answer_archived_account(self, facts):
        account = facts.account
        if not account or account.active:
            return None
        return {
            "code": "archived_account",
            "level": "danger",
            "title": self.env._(
                "Order %(order)s belongs to the account %(account)s, which is archived",
                order=facts.order_ref,
                account=account.name,
            ),
            "message": self.env._(
                "Archived accounts import nothing. An Amazon administrator takes the "
                "account out of the archive and requests the period again."
            ),
            "cure": "unarchive",
        }

    def _answer_multi_channel(self, facts):
        ref = facts.order_ref
        told = facts.control.is_multi_channel or facts.row.code == "multi_channel"
        if not told and not is_multi_channel(ref):
            return None
        return {
            "code": "multi_channel",
            "level": "info",
            "title": self.env._("%s is a multi-channel order", ref),
            "message": self.env._(
                "The sale took place elsewhere, Amazon only ships it for you: it makes "
                "no order here. Look for the order of your other shop instead."
            ),
            "row_id": facts.row.id,
        }

    def _answer_cancelled(self, facts):
        control = facts.control
        if control.status != "cancelled":
            return None
        return {
            "code": "cancelled",
            "level": "info",
            "title": self.env._("Amazon cancelled order %s", control.order_ref),
            "message": self.env._(
                "It was cancelled before a report brought it; nothing is to be done. "
                "Last change at Amazon: %s.",
                self._format(control.last_update),
            ),
        }

    def _answer_pending(self, facts):
        control = facts.control
        if control.status != "pending":
            return None
        return {
            "code": "pending",
            "level": "warning",
            "title": self.env._("Order %s is pending at Amazon", control.order_ref),
            "message": self.env._(
                "Its payment is not released yet. Amazon's reports bring it once it "
                "is; this may take days. It comes by itself. Last change at Amazon: "
                "%s.",
                self._format(control.last_update),
            ),
        }

    def _answer_before_start(self, facts):
        control = facts.control
        return self._explain_start(facts, control.account_id, control.purchase_date)

    def _explain_start(self, facts, account, bought):
        """Return the answer for an order from before the start, None for another.

        :param account: ``amazon.account`` record, maybe empty
        :param bought: naive UTC datetime, or False
        """
        start = account.orders_from
        if not start or not bought or bought >= start:
            return None
        return {
            "code": "before_start",
            "level": "info",
            "title": self.env._(
                "Order %s was placed before the start of the account",
                facts.order_ref,
            ),
            "message": self.env._(
                "Bought on %(date)s; the account %(account)s takes orders from "
                "%(start)s on. An Amazon administrator sets an earlier start in the "
                "account.",
                date=self._format(bought),
                account=account.name,
                start=self._format(start),
            ),
            "cure": "unarchive",
            "row_id": facts.row.id,
            "report_id": facts.row.report_id.id,
        }

    def _answer_inactive_channel(self, facts):
        control = facts.control
        channels = control.account_id.with_context(active_test=False).channel_ids
        channel = channels.filtered(
            lambda c: c.marketplace_id == control.marketplace_id
        )
        if not control.marketplace_id or channel.active or not channel:
            return None
        return {
            "code": "inactive_channel",
            "level": "danger",
            "title": self.env._(
                "Order %(order)s is of %(channel)s, which is switched off",
                order=control.order_ref,
                channel=channel.marketplace_id.name,
            ),
            "message": self.env._(
                "The account %(account)s does not import orders of this channel. An "
                "Amazon administrator switches it on; then request the period again.",
                account=control.account_id.name,
            ),
            "cure": "activate",
        }

    def _answer_set_aside(self, facts):
        control = facts.control
        if not control.is_set_aside:
            return None
        return {
            "code": "set_aside",
            "level": "info",
            "title": self.env._("Order %s was set aside", control.order_ref),
            "message": self.env._(
                "A person decided that it is not expected in Odoo. Open the control "
                "list to expect it again."
            ),
        }
