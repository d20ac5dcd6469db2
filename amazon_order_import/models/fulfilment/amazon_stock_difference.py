from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.tools import SQL, format_datetime

from ...report_formats.kinds import KINDS

FBA_ORDER_KINDS = [key for key, kind in KINDS.items() if kind.fulfillment == "fba"]


class AmazonStockDifference(models.Model):
    """What Odoo has in its FBA locations against what Amazon says, per product.

    Amazon's figures are those of the latest complete snapshot of each stock. Odoo's
    are today's, set back to the moment of that snapshot: what was shipped or returned
    since then is no difference.
    """

    _name = "amazon.stock.difference"
    _description = "Difference of FBA Stock"
    _auto = False
    _rec_name = "skus"
    _order = "has_difference desc, product_id, skus, id"
    _depends = {
        "amazon.account": ["fba_reserved_counts", "company_id"],
        "amazon.account.location": [
            "account_id",
            "stock_pool",
            "location_id",
            "unsellable_location_id",
        ],
        "amazon.stock.snapshot": [
            "account_id",
            "stock_pool",
            "moment",
            "complete",
            "source",
        ],
        "amazon.stock.level": [
            "snapshot_id",
            "product_id",
            "sku",
            "qty_sellable",
            "qty_unsellable",
            "qty_reserved",
            "qty_inbound",
            "qty_researching",
            "unknown_figures",
        ],
        "stock.location": ["parent_path"],
        "stock.move": ["is_inventory"],
        "stock.move.line": [
            "state",
            "date",
            "product_id",
            "quantity_product_uom",
            "location_id",
            "location_dest_id",
        ],
        "stock.quant": ["product_id", "location_id", "quantity"],
    }

    snapshot_id = fields.Many2one("amazon.stock.snapshot", readonly=True)
    account_id = fields.Many2one("amazon.account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    stock_pool = fields.Char("Stock", readonly=True)
    moment = fields.Datetime("Told", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    skus = fields.Char("SKUs", readonly=True)
    qty_sellable = fields.Integer("Amazon: Sellable", readonly=True)
    qty_reserved = fields.Integer("Amazon: Reserved", readonly=True)
    qty_unsellable = fields.Integer("Amazon: Unsellable", readonly=True)
    qty_inbound = fields.Integer("Inbound", readonly=True)
    qty_researching = fields.Integer("Researching", readonly=True)
    odoo_sellable = fields.Float(
        "Odoo: Sellable",
        digits="Product Unit",
        readonly=True,
        help="In the FBA locations at the moment of Amazon's figures",
    )
    odoo_unsellable = fields.Float(
        "Odoo: Unsellable", digits="Product Unit", readonly=True
    )
    moved_since = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="What came into the FBA locations in Odoo, less what left them, after the "
        "moment of Amazon's figures",
    )
    difference_sellable = fields.Float(
        "Difference",
        digits="Product Unit",
        readonly=True,
        help="Sellable and reserved units at Amazon, less Odoo's",
    )
    difference_unsellable = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="Unsellable units at Amazon, less Odoo's",
    )
    has_difference = fields.Boolean(readonly=True)
    is_unknown = fields.Boolean(
        "Not Told", readonly=True, help="Amazon's file leaves a figure open"
    )
    hint = fields.Char("Why", compute="_compute_hint", compute_sudo=True)
    value = fields.Monetary(
        compute="_compute_value",
        help="Both differences by the cost of the product",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL(
                "CREATE VIEW %s AS %s",
                SQL.identifier(self._table),
                self._get_query(),
            )
        )

    @api.model
    def _get_query(self):
        return SQL(
            """
            WITH latest AS (
                SELECT DISTINCT ON (snapshot.account_id, snapshot.stock_pool)
                       snapshot.id, snapshot.account_id, snapshot.stock_pool,
                       snapshot.moment, account.company_id,
                       COALESCE(account.fba_reserved_counts, FALSE) AS with_reserved
                FROM amazon_stock_snapshot AS snapshot
                JOIN amazon_account AS account ON account.id = snapshot.account_id
                WHERE snapshot.complete AND snapshot.source != 'country'
                ORDER BY snapshot.account_id, snapshot.stock_pool,
                         snapshot.source = 'managed' DESC,
                         snapshot.moment DESC, snapshot.id DESC
            ),
            place AS (
                SELECT latest.id AS snapshot_id, latest.moment, inner_place.id,
                       outer_place.id = line.location_id AS sellable
                FROM latest
                JOIN amazon_account_location AS line
                     ON line.account_id = latest.account_id
                    AND line.stock_pool = latest.stock_pool
                JOIN stock_location AS outer_place
                     ON outer_place.id IN (
                         line.location_id, line.unsellable_location_id
                     )
                JOIN stock_location AS inner_place
                     ON inner_place.parent_path LIKE outer_place.parent_path || '%%'
            ),
            amazon AS (
                SELECT level.snapshot_id, level.product_id, MIN(level.id) AS level_id,
                       STRING_AGG(DISTINCT level.sku, ', ' ORDER BY level.sku) AS skus,
                       SUM(level.qty_sellable) AS sellable,
                       SUM(level.qty_reserved) AS reserved,
                       SUM(level.qty_unsellable) AS unsellable,
                       SUM(level.qty_inbound) AS inbound,
                       SUM(level.qty_researching) AS researching,
                       BOOL_OR(COALESCE(level.unknown_figures, '')
                               LIKE '%%qty_sellable%%') AS sellable_unknown,
                       BOOL_OR(COALESCE(level.unknown_figures, '')
                               LIKE '%%qty_reserved%%') AS reserved_unknown,
                       BOOL_OR(COALESCE(level.unknown_figures, '')
                               LIKE '%%qty_unsellable%%') AS unsellable_unknown
                FROM amazon_stock_level AS level
                JOIN latest ON latest.id = level.snapshot_id
                GROUP BY level.snapshot_id, level.product_id,
                         CASE WHEN level.product_id IS NULL THEN level.sku END
            ),
            change AS (
                SELECT place.snapshot_id, quant.product_id, place.sellable,
                       quant.quantity AS now, 0.0 AS moved
                FROM place
                JOIN stock_quant AS quant ON quant.location_id = place.id
                UNION ALL
                SELECT place.snapshot_id, line.product_id, place.sellable, 0.0,
                       CASE WHEN line.location_dest_id = place.id
                            THEN line.quantity_product_uom ELSE 0.0 END
                       - CASE WHEN line.location_id = place.id
                              THEN line.quantity_product_uom ELSE 0.0 END
                FROM place
                JOIN stock_move_line AS line
                     ON place.id IN (line.location_id, line.location_dest_id)
                    AND line.date > place.moment
                    AND line.state = 'done'
                JOIN stock_move AS move ON move.id = line.move_id
                -- A count corrects what is known; nothing moves by it.
                WHERE NOT COALESCE(move.is_inventory, FALSE)
            ),
            odoo AS (
                SELECT snapshot_id, product_id,
                       SUM(now - moved) FILTER (WHERE sellable) AS sellable,
                       SUM(now - moved) FILTER (WHERE NOT sellable) AS unsellable,
                       SUM(moved) AS moved
                FROM change
                GROUP BY snapshot_id, product_id
            ),
            compared AS (
                SELECT COALESCE(amazon.snapshot_id, odoo.snapshot_id) AS snapshot_id,
                       COALESCE(amazon.product_id, odoo.product_id) AS product_id,
                       amazon.level_id, amazon.skus,
                       COALESCE(amazon.sellable, 0) AS sellable,
                       COALESCE(amazon.reserved, 0) AS reserved,
                       COALESCE(amazon.unsellable, 0) AS unsellable,
                       COALESCE(amazon.inbound, 0) AS inbound,
                       COALESCE(amazon.researching, 0) AS researching,
                       COALESCE(amazon.sellable_unknown, FALSE) AS sellable_unknown,
                       COALESCE(amazon.reserved_unknown, FALSE) AS reserved_unknown,
                       COALESCE(amazon.unsellable_unknown, FALSE)
                           AS unsellable_unknown,
                       COALESCE(odoo.sellable, 0) AS odoo_sellable,
                       COALESCE(odoo.unsellable, 0) AS odoo_unsellable,
                       COALESCE(odoo.moved, 0) AS moved
                FROM amazon
                FULL JOIN odoo ON odoo.snapshot_id = amazon.snapshot_id
                              AND odoo.product_id = amazon.product_id
            ),
            judged AS (
                SELECT compared.*, latest.account_id, latest.company_id,
                       latest.stock_pool, latest.moment,
                       sellable_unknown OR (with_reserved AND reserved_unknown)
                           AS open_sellable,
                       CASE WHEN sellable_unknown
                                 OR (with_reserved AND reserved_unknown) THEN 0
                            ELSE ROUND((
                                sellable
                                + CASE WHEN with_reserved THEN reserved ELSE 0 END
                                - odoo_sellable
                            )::numeric, 4) END AS difference_sellable,
                       CASE WHEN unsellable_unknown THEN 0
                            ELSE ROUND((unsellable - odoo_unsellable)::numeric, 4) END
                           AS difference_unsellable
                FROM compared
                JOIN latest ON latest.id = compared.snapshot_id
            )
            -- Stays the same while somebody looks at the list.
            SELECT CASE WHEN level_id IS NOT NULL THEN 2 * level_id::bigint
                        ELSE 2 * (product_id::bigint * 1048576 + snapshot_id) + 1
                   END AS id,
                   snapshot_id, account_id, company_id, stock_pool, moment,
                   product_id, skus,
                   sellable AS qty_sellable, reserved AS qty_reserved,
                   unsellable AS qty_unsellable, inbound AS qty_inbound,
                   researching AS qty_researching, odoo_sellable, odoo_unsellable,
                   moved AS moved_since, difference_sellable, difference_unsellable,
                   difference_sellable != 0 OR difference_unsellable != 0
                       AS has_difference,
                   open_sellable OR unsellable_unknown AS is_unknown
            FROM judged
            """
        )

    @api.depends("product_id", "difference_sellable", "difference_unsellable")
    def _compute_value(self):
        for difference in self:
            product = difference.product_id.sudo().with_company(difference.company_id)
            units = difference.difference_sellable + difference.difference_unsellable
            difference.value = units * product.standard_price

    @api.depends("product_id", "moved_since", "is_unknown")
    def _compute_hint(self):
        reported = self._get_reported()
        skipped = self.env["amazon.stock.adjuster"].explain_skipped(
            self.product_id, self.company_id
        )
        for difference in self:
            hints = []
            if not difference.product_id:
                hints.append(self.env._("this SKU has no product"))
            elif reason := skipped.get((difference.product_id, difference.company_id)):
                hints.append(reason)
            if difference.account_id.fba_stock_policy == "none":
                hints.append(self.env._("Odoo does not book this account's FBA stock"))
            if not difference.skus:
                hints.append(self.env._("Amazon does not list it"))
            if difference.is_unknown:
                hints.append(self.env._("Amazon's file leaves a figure open"))
            if difference.has_difference:
                hints += difference._explain_difference(reported)
            if difference.moved_since:
                hints.append(
                    self.env._(
                        "moved since then in Odoo: %(quantity)s",
                        quantity=f"{difference.moved_since:+g}",
                    )
                )
            difference.hint = "; ".join(hints) or False

    def _explain_difference(self, reported):
        """Return what may explain the difference, as list of texts."""
        hints = []
        until = reported.get(self.account_id)
        if self.difference_sellable < 0 and until and until < self.moment:
            hints.append(
                self.env._(
                    "shipments are imported up to %(moment)s only",
                    moment=format_datetime(self.env, until, dt_format="short"),
                )
            )
        if self.qty_researching and self.difference_sellable < 0:
            hints.append(
                self.env._(
                    "Amazon is looking for %(quantity)s units",
                    quantity=self.qty_researching,
                )
            )
        if self.qty_inbound and self.difference_sellable < 0:
            hints.append(
                self.env._(
                    "%(quantity)s units are on the way to Amazon",
                    quantity=self.qty_inbound,
                )
            )
        if self.difference_sellable * self.difference_unsellable < 0:
            hints.append(self.env._("sellable in one, unsellable in the other"))
        return hints

    def _get_reported(self):
        """Return ``{amazon.account: moment}`` up to which shipments are imported."""
        return dict(
            self.env["amazon.report"]._read_group(
                [
                    ("account_id", "in", self.account_id.ids),
                    ("kind", "in", FBA_ORDER_KINDS),
                    ("state", "in", ("done", "attention")),
                    ("date_to", "!=", False),
                ],
                ["account_id"],
                ["date_to:max"],
            )
        )

    # === EMPTY LIST === #

    @api.model
    def get_empty_list_help(self, help_message):
        """Say "no difference" only where there is a report to compare with."""
        result = super().get_empty_list_help(help_message)
        known = [("complete", "=", True)]
        if self.env["amazon.stock.snapshot"].search_count(known, limit=1):
            return result
        return Markup('<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>') % (
            self.env._("No complete report of FBA stock yet"),
            self.env._("Request it under Reports > Request: then Odoo compares."),
        )

    # === ACTIONS === #

    def action_adjust(self):
        """Show what would be booked of these differences, to be agreed."""
        self.check_access("read")
        self.snapshot_id._check_may_book()
        return self.env["amazon.stock.adjustment"]._show(self.snapshot_id, self)

    def action_view_history(self):
        """Show how Amazon's figures of the product went."""
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_stock_level_action"
        )
        article = [("product_id", "=", self.product_id.id)]
        if not self.product_id:
            article = [("sku", "in", (self.skus or "").split(", "))]
        action["domain"] = [
            ("account_id", "=", self.account_id.id),
            ("stock_pool", "=", self.stock_pool),
            ("source", "=", self.snapshot_id.source),
            ("carrier_id", "=", False),
            *article,
        ]
        action["context"] = {}
        action["view_mode"] = "graph,list,pivot"
        action["views"] = [(False, "graph"), (False, "list"), (False, "pivot")]
        return action
