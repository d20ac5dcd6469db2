from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...models.report.amazon_report_coverage import GOOD_STATES
from ...report_formats import values
from ...report_formats.kinds import ORDER_KINDS, find_order_kind
from ...report_formats.moments import to_utc
from ...report_formats.order_numbers import find_order_number, is_multi_channel

#: Ways to mend: what the buttons of the form do.
CURES = [
    ("process", "Process the report again"),
    ("map", "Map the SKU"),
    ("request", "Request the report"),
    ("request_list", "Request the control list"),
    ("activate", "Switch on the channel"),
    ("renew", "Renew the connection"),
    ("unarchive", "Open the account"),
]


class AmazonOrderFinder(models.TransientModel):
    """Says why an Amazon order is not in Odoo: one number in, one answer out."""

    _name = "amazon.order.finder"
    _description = "Find an Amazon Order"

    query = fields.Char(
        "Amazon Order",
        help="As you have it: spaces and other text around the number do no harm",
    )
    order_ref = fields.Char(compute="_compute_answer")
    code = fields.Char(compute="_compute_answer", help="Technical name of the answer")
    level = fields.Selection(
        [
            ("success", "Here"),
            ("info", "To know"),
            ("warning", "To wait"),
            ("danger", "To do"),
        ],
        compute="_compute_answer",
    )
    title = fields.Char(compute="_compute_answer")
    message = fields.Text(compute="_compute_answer")
    cure = fields.Selection(CURES, compute="_compute_answer")
    sale_order_id = fields.Many2one("sale.order", compute="_compute_answer")
    control_id = fields.Many2one("amazon.control.order", compute="_compute_answer")
    row_id = fields.Many2one("amazon.report.row", compute="_compute_answer")
    report_id = fields.Many2one("amazon.report", compute="_compute_answer")
    offer_id = fields.Many2one("amazon.offer", compute="_compute_answer")
    account_id = fields.Many2one("amazon.account", compute="_compute_answer")
    request_kind = fields.Char(compute="_compute_answer")
    request_from = fields.Datetime(compute="_compute_answer")
    request_to = fields.Datetime(compute="_compute_answer")
    seller_central_url = fields.Char(compute="_compute_answer")

    def _compute_display_name(self):
        for finder in self:
            finder.display_name = finder.query or self.env._("Find an Order")

    @api.depends("query")
    def _compute_answer(self):
        names = [
            name
            for name, field in self._fields.items()
            if field.compute == "_compute_answer"
        ]
        for finder in self:
            answer = finder._find() if finder.query else {}
            for name in names:
                finder[name] = answer.get(name, False)

    @api.model
    def _show(self, query=""):
        """Return the action that opens the finder, with the answer to a number."""
        finder = self.create({"query": query})
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "amazon_order_import.amazon_order_finder_action"
            ),
            "res_id": finder.id,
        }

    @api.model
    def action_show(self, query):
        """Open the finder from a search that found nothing."""
        return self._show(query)

    # === THE ANSWER === #

    def _find(self):
        """Return the answer: values of the fields that it fills."""
        order_ref = find_order_number(self.query)
        if not order_ref:
            return {
                "code": "no_number",
                "level": "info",
                "title": self.env._("This is no Amazon order number"),
                "message": self.env._(
                    "It looks like 302-1234567-1234567 and stands on the order in "
                    "Seller Central; multi-channel orders begin with S01."
                ),
            }
        facts = self._get_facts(order_ref)
        for answer in self._get_answers():
            if found := answer(facts):
                found.setdefault("account_id", facts["account"].id)
                found.setdefault("control_id", facts["control"].id)
                url = self._get_seller_central_url(facts)
                return {"order_ref": order_ref, "seller_central_url": url, **found}
        return {}

    def _get_answers(self):
        """Return the questions to ask one after the other, as methods.

        Each gets the facts and returns the values of an answer, or None.
        """
        return [
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
            self._answer_not_shipped,
            self._answer_not_connected,
            self._answer_on_its_way,
            self._answer_failed,
            self._answer_not_requested,
            self._answer_not_brought,
            self._answer_other_company,
            self._answer_no_list,
            self._answer_unknown,
        ]

    def _get_facts(self, order_ref):
        """Return what is known of an order, within what the user may read."""
        order = self.env["sale.order"].search(
            [("amazon_order_ref", "=", order_ref)], limit=1
        )
        rows = self.env["amazon.report.row"].search(
            [("order_ref", "=", order_ref), ("report_id.kind", "in", ORDER_KINDS)]
        )
        open_rows = rows.filtered(lambda row: row.outcome in ("waiting", "error"))
        control = self.env["amazon.control.order"].search(
            [("order_ref", "=", order_ref)], limit=1
        )
        row = (open_rows or rows)[:1]
        account = order.amazon_account_id or row.account_id or control.account_id
        facts = {
            "order_ref": order_ref,
            "order": order,
            "row": row,
            "control": control,
            "account": account,
            "kind": "",
            "window": None,
            "reports": self.env["amazon.report"],
        }
        if control and (not order or control.state == "incomplete"):
            facts["kind"] = find_order_kind(
                control.fulfillment, control.account_id.region
            )
            now = fields.Datetime.now()
            facts["window"] = control._get_window(facts["kind"], now)
            facts["reports"] = self._get_reports(facts)
        return facts

    def _get_reports(self, facts):
        """Return the reports whose period should have the order, latest first."""
        if not facts["window"]:
            return self.env["amazon.report"]
        start, end = facts["window"]
        return self.env["amazon.report"].search(
            [
                ("account_id", "=", facts["account"].id),
                ("kind", "=", facts["kind"]),
                ("date_from", "<", end),
                ("date_to", ">", start),
                *self.env["amazon.report"]._get_marketplace_domain(
                    facts["control"].marketplace_id
                ),
            ]
        )

    def _get_seller_central_url(self, facts):
        """Return the page of the order in Seller Central, or False."""
        marketplace = (
            facts["order"].amazon_marketplace_id or facts["control"].marketplace_id
        )
        host = marketplace.seller_central_host
        return host and f"https://{host}/orders-v3/order/{facts['order_ref']}"

    # === ANSWERS, IN THE ORDER OF TRUTH === #

    def _answer_here(self, facts):
        order = facts["order"]
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
        if facts["control"].state == "incomplete":
            level = "warning"
            lines.append(
                self.env._(
                    "Amazon's list has %(amazon)s units, Odoo has %(odoo)s: an item is "
                    "missing still. Its report is requested again by itself.",
                    amazon=facts["control"].unit_count,
                    odoo=facts["control"].odoo_unit_count,
                )
            )
            request = {
                "cure": self._get_request_cure(facts),
                **self._get_request(facts),
            }
        if facts["row"].outcome in ("waiting", "error"):
            level = "warning"
            lines.append(self._describe_row(facts["row"]))
        return {
            "code": "here",
            "level": level,
            "title": self.env._("Order %s is in Odoo", facts["order_ref"]),
            "message": "\n".join(lines),
            "sale_order_id": order.id,
            "row_id": facts["row"].id,
            "report_id": facts["row"].report_id.id,
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
        row = facts["row"]
        if row.code != "before_start" or not row.account_id.active:
            return None
        bought = facts["control"].purchase_date or self._get_purchase_date(row)
        return self._explain_start(facts, row.account_id, bought)

    def _get_purchase_date(self, row):
        """Return when the order of a row was bought: naive UTC, or False."""
        try:
            return to_utc(values.moment((row.raw or {}).get("purchase-date", "")))
        except values.BadCell:
            return False

    def _answer_row(self, facts):
        row = facts["row"]
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
                facts["order_ref"],
            )
            if level != "info"
            else self.env._("Amazon cancelled order %s", facts["order_ref"]),
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
            "title": self.env._("Order %s was deleted in Odoo", facts["order_ref"]),
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
        account = facts["account"]
        if not account or account.active:
            return None
        return {
            "code": "archived_account",
            "level": "danger",
            "title": self.env._(
                "Order %(order)s belongs to the account %(account)s, which is archived",
                order=facts["order_ref"],
                account=account.name,
            ),
            "message": self.env._(
                "Archived accounts import nothing. An Amazon administrator takes the "
                "account out of the archive and requests the period again."
            ),
            "cure": "unarchive",
        }

    def _answer_multi_channel(self, facts):
        ref = facts["order_ref"]
        told = facts["control"].is_multi_channel or facts["row"].code == "multi_channel"
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
            "row_id": facts["row"].id,
        }

    def _answer_cancelled(self, facts):
        control = facts["control"]
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
        control = facts["control"]
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
        control = facts["control"]
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
                facts["order_ref"],
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
            "row_id": facts["row"].id,
            "report_id": facts["row"].report_id.id,
        }

    def _answer_inactive_channel(self, facts):
        control = facts["control"]
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
        control = facts["control"]
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

    def _answer_not_shipped(self, facts):
        control = facts["control"]
        if not control or control.state != "pending":
            return None
        now = fields.Datetime.now()
        if control.due_at and control.due_at > now:
            message = self.env._(
                "Amazon's reports follow a change with some delay. By %s it should be "
                "here; else its report is requested again by itself.",
                self._format(control.due_at),
            )
        else:
            message = self.env._(
                "FBA orders are in Amazon's reports once they are shipped. It comes by "
                "itself."
            )
        return {
            "code": "not_due",
            "level": "warning",
            "title": self.env._("Order %s is not due yet", control.order_ref),
            "message": message,
            "cure": self._get_request_cure(facts),
            **self._get_request(facts),
        }

    def _answer_not_connected(self, facts):
        account = facts["account"]
        since = account and account._get_disconnected_since()
        if not since or not facts["control"]:
            return None
        if self._is_covered(facts):
            return None
        return {
            "code": "not_connected",
            "level": "danger",
            "title": self.env._(
                "The account %s has no connection to Amazon", account.name
            ),
            "message": self.env._(
                "Since %(since)s Amazon cannot be asked for the report that has order "
                "%(order)s. %(reason)s",
                since=self._format(since),
                order=facts["order_ref"],
                reason=account.connection_message or "",
            ),
            "cure": "renew",
        }

    def _is_covered(self, facts):
        """Whether good reports cover the whole window of the order."""
        return facts["window"] and not self.env["amazon.report"]._get_uncovered(
            facts["account"],
            facts["kind"],
            *facts["window"],
            marketplaces=facts["control"].marketplace_id,
        )

    def _answer_on_its_way(self, facts):
        report = facts["reports"].filtered(
            lambda r: r.state in ("requested", "ready", "processing")
        )[:1]
        if not report:
            return None
        if report.state == "requested":
            message = self.env._(
                "%(report)s was requested on %(date)s and is still at Amazon. It is "
                "fetched and imported by itself.",
                report=report.display_name,
                date=self._format(report.create_date),
            )
            message = "\n".join(filter(None, (message, report.last_error)))
        else:
            message = self.env._(
                "%s is being processed. Look again in a few minutes.",
                report.display_name,
            )
        return {
            "code": "at_amazon" if report.state == "requested" else "processing",
            "level": "warning",
            "title": self.env._(
                "The report for order %s is on its way", facts["order_ref"]
            ),
            "message": message,
            "report_id": report.id,
        }

    def _answer_failed(self, facts):
        if self._is_covered(facts):
            return None
        report = facts["reports"].filtered(
            lambda r: r.state in ("failed", "cancelled", "skipped")
        )[:1]
        if not report:
            return None
        states = dict(report._fields["state"]._description_selection(self.env))
        message = self.env._(
            "%(report)s: %(state)s.",
            report=report.display_name,
            state=states[report.state],
        )
        return {
            "code": f"report_{report.state}",
            "level": "danger",
            "title": self.env._(
                "The report that should have order %s did not come",
                facts["order_ref"],
            ),
            "message": "\n".join(filter(None, (message, report.failure_reason))),
            "cure": "process"
            if report.state == "skipped" and report.file_size
            else self._get_request_cure(facts),
            "report_id": report.id,
            **self._get_request(facts),
        }

    def _answer_not_requested(self, facts):
        if not facts["window"] or self._is_covered(facts):
            return None
        start, end = facts["window"]
        return {
            "code": "not_requested",
            "level": "danger",
            "title": self.env._(
                "The report that has order %s was not requested", facts["order_ref"]
            ),
            "message": self.env._(
                "No report covers the whole time from %(start)s to %(end)s, in which "
                "Amazon reports it.",
                start=self._format(start),
                end=self._format(end),
            ),
            "cure": "request",
            **self._get_request(facts),
        }

    def _answer_not_brought(self, facts):
        control = facts["control"]
        if not control:
            return None
        if not facts["window"]:
            message = self.env._(
                "Amazon no longer reports on the time of its purchase (%s). Enter the "
                "order by hand, or download its report in Seller Central and upload "
                "it.",
                self._format(control.purchase_date),
            )
        elif control.next_attempt:
            message = self.env._(
                "The reports of its time came without it; Amazon's reports may be "
                "incomplete for days. Its report was requested again %(times)s times, "
                "the next time is %(next)s.",
                times=control.attempts,
                next=self._format(control.next_attempt),
            )
        else:
            message = self.env._(
                "The reports of its time came without it; Amazon's reports may be "
                "incomplete for days. Its report is requested again by itself."
            )
        return {
            "code": "not_brought",
            "level": "danger",
            "title": self.env._(
                "Amazon's reports came without order %s", control.order_ref
            ),
            "message": message,
            "cure": self._get_request_cure(facts),
            "report_id": facts["reports"]
            .filtered(lambda r: r.state in GOOD_STATES)[:1]
            .id,
            **self._get_request(facts),
        }

    def _answer_other_company(self, facts):
        """Another company of the user's has the order, one that is not chosen now."""
        others = self.env.user.company_ids - self.env.companies
        if not others or facts["account"]:
            return None
        elsewhere = self.with_context(allowed_company_ids=others.ids)
        account = elsewhere._get_facts(facts["order_ref"])["account"]
        if not account:
            return None
        return {
            "code": "other_company",
            "level": "info",
            "title": self.env._(
                "Order %s belongs to another company", facts["order_ref"]
            ),
            "message": self.env._(
                "It is known to the account %(account)s of %(company)s. Switch to that "
                "company at the top right, then look again.",
                account=account.name,
                company=account.company_id.name,
            ),
        }

    def _answer_no_list(self, facts):
        accounts = self.env["amazon.account"].search([])
        if any(account._get_last_control_moment() for account in accounts):
            return None
        return {
            "code": "no_list",
            "level": "warning",
            "title": self.env._("Nothing is known of order %s", facts["order_ref"]),
            "message": self.env._(
                "No report has it, and Amazon's list of all orders, which names every "
                "order, was not read yet. Request it, then look again."
            ),
            "cure": "request_list",
            "account_id": accounts[:1].id,
        }

    def _describe_reach(self, account):
        """Return how far an account's lists of all orders reach, as a sentence."""
        last = account._get_last_control_moment()
        if not last:
            return self.env._("%s: no list was read yet", account.name)
        return self.env._(
            "%(account)s: until %(moment)s",
            account=account.name,
            moment=self._format(last),
        )

    def _answer_unknown(self, facts):
        accounts = self.env["amazon.account"].search([])
        reach = [self._describe_reach(account) for account in accounts]
        return {
            "code": "unknown",
            "level": "warning",
            "title": self.env._(
                "Amazon's lists do not name order %s", facts["order_ref"]
            ),
            "message": "\n".join(
                (
                    self.env._(
                        "Check the number. If it is right, the order is newer than "
                        "the lists, of another seller account, or older than they "
                        "reach back. The lists of all orders reach:"
                    ),
                    *reach,
                )
            ),
            "cure": "request_list",
            "account_id": accounts[:1].id,
        }

    # === WAYS TO MEND === #

    def _get_request(self, facts):
        if not facts["window"]:
            return {}
        start, end = facts["window"]
        return {
            "request_kind": facts["kind"],
            "request_from": start,
            "request_to": end,
        }

    def _get_request_cure(self, facts):
        return "request" if facts["window"] else False

    def _format(self, moment):
        """Return a naive UTC moment in the user's time zone and notation."""
        return format_datetime(self.env, moment, dt_format="short")

    def action_find(self):
        """Show the answer to the number that was entered."""
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
        if not self.cure:
            return self.action_find()
        return getattr(self, f"_cure_{self.cure}")()

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

    def _cure_renew(self):
        return self._open(self.account_id)

    def _cure_unarchive(self):
        return self._open(self.account_id)

    def action_view_order(self):
        return self._open(self.sale_order_id)

    def action_view_report(self):
        return self._open(self.report_id)

    def action_view_control(self):
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
