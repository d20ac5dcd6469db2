import datetime
from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools import SQL

from .amazon_privacy_contact import LETTERS

#: Models that name a contact without needing who it is: messages, and what is kept
#: of a contact itself.
PASSING_MODELS = (
    "mail.activity",
    "mail.compose.message",
    "mail.followers",
    "mail.mail",
    "mail.message",
    "mail.notification",
    "mail.scheduled.message",
    "discuss.channel.member",
    # Where the contact pays by card: the order or entry that is paid counts.
    "payment.transaction",
    "res.partner",
    "res.partner.category",
    "bus.presence",
    # These go with the contact.
    *LETTERS,
)
#: Models that are looked at more closely, each by a query of its own.
KNOWN_MODELS = (
    "account.move",
    "account.move.line",
    "amazon.vat.invoice",
    "sale.order",
    "stock.move",
    "stock.picking",
)
#: Documents of the books: what they say is kept as long as the tax law demands.
BOOKED_MODELS = (
    "account.analytic.line",
    "account.bank.statement.line",
    "account.payment",
)


@dataclass
class ContactUse:
    """What needs contacts, by the ids of ``res.partner``.

    - ``waiting``: an Amazon order that is not due yet
    - ``elsewhere``: a user, or documents that are not Amazon's
    - ``booked``: ``{id: day of the latest entry}``
    """

    waiting: set = field(default_factory=set)
    elsewhere: set = field(default_factory=set)
    booked: dict = field(default_factory=dict)

    def book(self, rows):
        for id_, day in rows:
            self.booked[id_] = max(day, self.booked.get(id_, datetime.date.min))


class AmazonPrivacyContact(models.AbstractModel):
    """What else uses the contacts of buyers."""

    _inherit = "amazon.privacy.contact"

    @api.private
    def find_uses(self, partners, orders):
        """Return what needs contacts besides orders that are forgotten now.

        :param orders: ``sale.order`` records of Amazon that are forgotten now
        :return: `ContactUse`
        """
        use = ContactUse()
        if not partners:
            return use
        self.env.flush_all()
        self._find_orders(use, partners, orders)
        self._find_corrections(use, partners, orders)
        self._find_deliveries(use, partners)
        self._find_entries(use, partners)
        for column in self._get_other_columns():
            use.elsewhere |= self._find_named(column, partners)
        return use

    def _run(self, query):
        return self.env.execute_query(query)

    def _find_orders(self, use, partners, orders):
        for name in ("partner_id", "partner_invoice_id", "partner_shipping_id"):
            for id_, is_amazon in self._run(
                SQL(
                    """
                    SELECT DISTINCT %(column)s, amazon_order_ref IS NOT NULL
                      FROM sale_order
                     WHERE %(column)s IN %(partners)s
                       AND (amazon_order_ref IS NULL OR amazon_forgotten_at IS NULL)
                       AND NOT id = ANY(%(orders)s)
                    """,
                    column=SQL.identifier(name),
                    partners=partners._ids,
                    orders=orders.ids,
                )
            ):
                (use.waiting if is_amazon else use.elsewhere).add(id_)

    def _find_corrections(self, use, partners, orders):
        """Contacts that a correction of an order that is not due yet is made out to."""
        documents = self.env["amazon.vat.invoice"].search(
            [
                ("billing_partner_id", "in", partners.ids),
                ("sale_order_id", "not in", orders.ids),
                ("sale_order_id.amazon_forgotten_at", "=", False),
                ("sale_order_id", "!=", False),
            ]
        )
        use.waiting.update(documents.billing_partner_id.ids)

    def _find_deliveries(self, use, partners):
        """Deliveries that belong to no order of Amazon."""
        use.elsewhere |= {
            id_
            for (id_,) in self._run(
                SQL(
                    """
                    SELECT picking.partner_id
                      FROM stock_picking picking
                      LEFT JOIN sale_order o ON o.id = picking.sale_id
                     WHERE picking.partner_id IN %(partners)s
                       AND o.amazon_order_ref IS NULL
                     UNION
                    SELECT move.partner_id
                      FROM stock_move move
                      LEFT JOIN stock_picking picking ON picking.id = move.picking_id
                      LEFT JOIN sale_order_line line ON line.id = move.sale_line_id
                      LEFT JOIN sale_order o
                        ON o.id = COALESCE(line.order_id, picking.sale_id)
                     WHERE move.partner_id IN %(partners)s
                       AND o.amazon_order_ref IS NULL
                    """,
                    partners=partners._ids,
                )
            )
        }

    def _find_entries(self, use, partners):
        """Entries of the books, and invoices that somebody is about to post."""
        for table, column in (
            ("account_move", "partner_id"),
            ("account_move", "commercial_partner_id"),
            ("account_move_line", "partner_id"),
        ):
            of_line = table == "account_move_line"
            rows = self._run(
                SQL(
                    """
                    SELECT entry.%(column)s, move.posted_before,
                           MAX(COALESCE(move.invoice_date, move.date))
                      FROM %(table)s entry
                      JOIN account_move move ON move.id = %(link)s
                     WHERE entry.%(column)s IN %(partners)s
                       AND (move.posted_before OR NOT %(is_amazon)s)
                     GROUP BY 1, 2
                    """,
                    column=SQL.identifier(column),
                    table=SQL.identifier(table),
                    link=SQL("entry.move_id") if of_line else SQL("entry.id"),
                    partners=partners._ids,
                    is_amazon=self._get_amazon_move_condition(),
                )
            )
            use.book((id_, day) for id_, posted, day in rows if posted)
            use.elsewhere |= {id_ for id_, posted, _day in rows if not posted}
        for name in BOOKED_MODELS:
            self._find_booked(use, name, partners)

    def _get_amazon_move_condition(self):
        """Return the condition that an entry ``move`` invoices an order of Amazon."""
        return SQL(
            """
            EXISTS (
                SELECT FROM account_move_line sold
                  JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = sold.id
                  JOIN sale_order_line line ON line.id = rel.order_line_id
                  JOIN sale_order o ON o.id = line.order_id
                 WHERE sold.move_id = move.id
                   AND o.amazon_order_ref IS NOT NULL
            )
            """
        )

    def _find_booked(self, use, model_name, partners):
        dated = self.env[model_name].search([("partner_id", "in", partners.ids)])
        use.book((record.partner_id.id, record.date) for record in dated if record.date)

    def _get_other_columns(self):
        """Return where else contacts are named: ``[(table, column)]``."""
        columns = []
        passed_over = {*PASSING_MODELS, *KNOWN_MODELS, *BOOKED_MODELS}
        for name, model in self.env.registry.items():
            if model._abstract or model._transient or not model._auto:
                continue
            if name in passed_over:
                continue
            for found in model._fields.values():
                if found.comodel_name != "res.partner" or not found.store:
                    continue
                if found.related:
                    # What it follows is looked at itself.
                    continue
                if found.type == "many2one" and not found.inherited:
                    columns.append((model._table, found.name))
                elif found.type == "many2many":
                    columns.append((found.relation, found.column2))
        return columns

    def _find_named(self, column, partners):
        table, name = column
        return {
            id_
            for (id_,) in self._run(
                SQL(
                    "SELECT DISTINCT %s FROM %s WHERE %s IN %s",
                    SQL.identifier(name),
                    SQL.identifier(table),
                    SQL.identifier(name),
                    partners._ids,
                )
            )
        }
