from odoo import api, fields, models
from odoo.tools import SQL

from ...messages import get_message

#: Amazon's order number within what somebody typed, else all of it. An immutable
#: expression of the column, so that an index can hold it.
_NUMBER = "COALESCE(substring({0} from '[0-9]{{3}}-[0-9]{{7}}-[0-9]{{7}}'), trim({0}))"
_COLUMNS = ("name", "client_order_ref", "origin")


def _index(column):
    number = _NUMBER.format(column)
    return models.Index(f"(company_id, ({number})) WHERE amazon_account_id IS NULL")


class SaleOrder(models.Model):
    """Orders under Amazon's number that no import has made."""

    _inherit = "sale.order"

    amazon_double_decision = fields.Selection(
        [("adopt", "Is Amazon's order"), ("separate", "Is another order")],
        "Amazon Order Typed By Hand",
        copy=False,
        readonly=True,
        help="What a person has said of an order that bears an Amazon order number",
    )

    _amazon_double_name = _index("name")
    _amazon_double_client_ref = _index("client_order_ref")
    _amazon_double_origin = _index("origin")

    @api.model
    def _find_amazon_doubles(self, company, refs):
        """Return orders that bear Amazon's numbers but none of our marks.

        In their name, the customer's reference, the source, or in the field of another
        connector. Cancelled ones only where no other order has the number.

        :param company: ``res.company`` record
        :param refs: iterable of Amazon order numbers
        :return: dict ``{number: sale.order}``
        """
        refs = list(refs)
        if not refs:
            return {}
        self.flush_model()
        numbers = [_NUMBER.format(column) for column in _COLUMNS]
        numbers.append("amazon_order_ref")
        found = self.env.execute_query(
            SQL(" UNION ").join(
                SQL(
                    "SELECT %s, id FROM sale_order WHERE company_id = %s"
                    " AND amazon_account_id IS NULL AND %s = ANY(%s)"
                    " AND amazon_double_decision IS DISTINCT FROM 'separate'",
                    SQL(number),
                    company.id,
                    SQL(number),
                    refs,
                )
                for number in numbers
            )
        )
        doubles = {}
        for ref, order_id in sorted(found, key=lambda pair: pair[1]):
            doubles[ref] = doubles.get(ref, self.browse()) | self.browse(order_id)
        for ref, orders in doubles.items():
            live = orders.filtered(lambda order: order.state != "cancel")
            doubles[ref] = live or orders
        return doubles

    @api.model
    def action_view_amazon_doubles(self):
        """List the orders that share an Amazon order number with another one."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.sale_order_action"
        )
        action["name"] = self.env._("Doubles")
        ids = self._find_all_amazon_doubles()
        action["domain"] = [
            ("id", "in", ids),
            ("company_id", "in", self.env.companies.ids),
        ]
        action["context"] = {"create": False}
        return action

    @api.model
    def _find_all_amazon_doubles(self):
        """Return the ids of orders whose number another live order bears, too."""
        self.flush_model()
        typed = [
            SQL(
                "SELECT company_id, %(number)s AS number, id FROM sale_order"
                " WHERE amazon_account_id IS NULL AND state != 'cancel'"
                " AND amazon_double_decision IS DISTINCT FROM 'separate'"
                " AND %(number)s ~ '^[0-9]{3}-[0-9]{7}-[0-9]{7}$'",
                number=SQL(_NUMBER.format(column)),
            )
            for column in _COLUMNS
        ]
        imported = SQL(
            "SELECT company_id, amazon_order_ref AS number, id FROM sale_order"
            " WHERE amazon_order_ref IS NOT NULL AND state != 'cancel'"
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT array_agg(DISTINCT id) FROM (%s) AS told"
                " GROUP BY company_id, number HAVING count(DISTINCT id) > 1",
                SQL(" UNION ALL ").join([imported, *typed]),
            )
        )
        return [id_ for (ids,) in rows for id_ in ids]

    def _set_amazon_double_decision(self, decision):
        """Store what a person says of doubles, and close the to-do that asks for it.

        :param str decision: of the field ``amazon_double_decision``
        """
        self.amazon_double_decision = decision
        if decision == "separate":
            # The field of another connector: each number stands there once.
            for order in self.filtered("amazon_order_ref"):
                number = order.amazon_order_ref
                order.write(
                    {
                        "amazon_order_ref": False,
                        "client_order_ref": order.client_order_ref or number,
                    }
                )
        for activity in self.activity_ids:
            summary = get_message(activity, "amazon_summary")
            if summary and summary.code == "todo_order_double":
                activity.unlink()
