from odoo import fields, models
from odoo.tools import SQL


class SaleOrder(models.Model):
    """When the personal data of an order are due."""

    _inherit = "sale.order"

    amazon_forgotten_at = fields.Datetime(
        "Personal Data Deleted",
        copy=False,
        readonly=True,
        help="When the buyer's personal data were deleted from the order and all that "
        "belongs to it",
    )

    _amazon_not_forgotten = models.Index(
        "(amazon_account_id) "
        "WHERE amazon_order_ref IS NOT NULL AND amazon_forgotten_at IS NULL"
    )

    def _find_due_amazon_orders(self, account, limit, passed_over):
        """Return orders of an account whose personal data have been kept long enough.

        :param account: ``amazon.account`` record
        :param passed_over: ``sale.order`` records that are left out
        """
        self.env.flush_all()
        query = SQL(
            """
            SELECT due.id
              FROM (%s) AS due
             WHERE due.delivered < %s
               AND NOT due.id = ANY(%s)
             ORDER BY due.id
             LIMIT %s
            """,
            self._get_delivery_query(account),
            account._get_forget_limit(),
            passed_over.ids,
            limit,
        )
        return self.browse([id_ for (id_,) in self.env.execute_query(query)])

    def _get_delivery_query(self, account):
        """Return the query of the orders not yet forgotten, each with the moment at
        which the buyer had it.

        What Amazon ships: when it arrived by Amazon's word, else some days after it
        left. What is shipped from here: when the last delivery was done. Whatever is
        cancelled: when it last changed. What never shipped: when it or its delivery
        last changed, or it was to arrive at last.
        """
        return SQL(
            """
            SELECT o.id,
                   COALESCE(
                       CASE WHEN o.amazon_fulfillment = 'fba'
                            THEN shipped.arrived
                            WHEN delivery.is_open
                            THEN NULL
                            ELSE delivery.done
                       END,
                       GREATEST(
                           o.write_date,
                           CASE WHEN o.state != 'cancel'
                                THEN GREATEST(
                                    delivery.changed,
                                    o.amazon_latest_ship_date,
                                    o.amazon_latest_delivery_date
                                )
                           END
                       )
                   ) AS delivered
              FROM sale_order o
              LEFT JOIN LATERAL (
                  SELECT MAX(
                      COALESCE(
                          parcel.estimated_arrival,
                          line.amazon_shipment_date + %(carrier_days)s
                      )
                  ) AS arrived
                    FROM sale_order_line line
                    LEFT JOIN amazon_parcel parcel ON parcel.id = line.amazon_parcel_id
                   WHERE line.order_id = o.id
              ) shipped ON TRUE
              LEFT JOIN LATERAL (
                  SELECT MAX(picking.date_done)
                             FILTER (WHERE picking.state = 'done') AS done,
                         BOOL_OR(picking.state NOT IN ('done', 'cancel')) AS is_open,
                         MAX(picking.write_date) AS changed
                    FROM stock_picking picking
                    JOIN stock_picking_type type ON type.id = picking.picking_type_id
                   WHERE picking.sale_id = o.id
                     AND type.code = 'outgoing'
              ) delivery ON TRUE
             WHERE o.amazon_account_id = %(account)s
               AND o.amazon_order_ref IS NOT NULL
               AND o.amazon_forgotten_at IS NULL
            """,
            carrier_days=SQL("interval '1 day' * %s", account.personal_data_transit),
            account=account.id,
        )

    def action_forget_amazon_buyer(self):
        """Ask which personal data of the buyers of these orders are to be deleted."""
        self.check_access("read")
        return self.env["amazon.privacy.request"]._open(orders=self)
