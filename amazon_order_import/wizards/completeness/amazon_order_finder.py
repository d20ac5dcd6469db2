from dataclasses import dataclass, replace

from odoo import api, fields, models
from odoo.tools import format_datetime

from ...report_formats.kinds import ORDER_KINDS, find_order_kind
from ...report_formats.order_numbers import find_order_number

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


@dataclass(frozen=True)
class OrderFacts:
    """What is known of one order that somebody looks for.

    - `row`: the row of a report that tells of it, rather one that is open
    - `control`: what Amazon's list of all orders says of it
    - `reports`: those whose period should have it, latest first
    - `kind`: kind of report that brings it, ``""`` if it is not looked for there
    - `window`: ``(start, end)`` of the period of such a report, or None
    """

    order_ref: str
    order: models.BaseModel
    row: models.BaseModel
    control: models.BaseModel
    account: models.BaseModel
    reports: models.BaseModel
    kind: str = ""
    window: tuple | None = None


class AmazonOrderFinder(models.TransientModel):
    """Says why an Amazon order is not in Odoo: one number in, one answer out."""

    _name = "amazon.order.finder"
    _inherit = ["amazon.wizard"]
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
        self.check_access("create")
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
                found.setdefault("account_id", facts.account.id)
                found.setdefault("control_id", facts.control.id)
                url = self._get_seller_central_url(facts)
                return {"order_ref": order_ref, "seller_central_url": url, **found}
        return {}

    def _get_answers(self):
        """Return the questions to ask one after the other, as methods.

        Each gets the `OrderFacts` and returns the values of an answer, or None.
        """
        return []

    def _get_facts(self, order_ref):
        """Return what is known of an order, within what the user may read.

        :rtype: OrderFacts
        """
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
        no_report = self.env["amazon.report"]
        facts = OrderFacts(order_ref, order, row, control, account, no_report)
        if control and (not order or control.state == "incomplete"):
            kind = find_order_kind(control.fulfillment, control.account_id.region)
            window = control._get_window(kind, fields.Datetime.now())
            facts = replace(facts, kind=kind, window=window)
            facts = replace(facts, reports=self._get_reports(facts))
        return facts

    def _get_reports(self, facts):
        """Return the reports whose period should have the order, latest first."""
        if not facts.window:
            return self.env["amazon.report"]
        start, end = facts.window
        return self.env["amazon.report"].search(
            [
                ("account_id", "=", facts.account.id),
                ("kind", "=", facts.kind),
                ("date_from", "<", end),
                ("date_to", ">", start),
                *self.env["amazon.report"]._get_marketplace_domain(
                    facts.control.marketplace_id
                ),
            ]
        )

    def _get_seller_central_url(self, facts):
        """Return the page of the order in Seller Central, or False."""
        marketplace = facts.order.amazon_marketplace_id or facts.control.marketplace_id
        return marketplace._get_order_url(facts.order_ref)

    # === WHAT ANSWERS ARE MADE OF === #

    def _get_request(self, facts):
        """Return the values of an answer that tell which report to request."""
        if not facts.window:
            return {}
        start, end = facts.window
        return {
            "request_kind": facts.kind,
            "request_from": start,
            "request_to": end,
        }

    def _get_request_cure(self, facts):
        return "request" if facts.window else False

    def _format(self, moment):
        """Return a naive UTC moment in the user's time zone and notation."""
        return format_datetime(self.env, moment, dt_format="short")
