"""Run by ``odoo shell`` in a fresh database: many orders, and what they cost.

A sample is imported as always; then its records are copied by SQL, with new ids, new
order numbers and earlier dates, so that each table has the share of rows that it has
after years of operation.
"""

import os
import sys
import time
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tools.safe_eval import datetime, dateutil, safe_eval

from setup.lib.demo_amazon import ask
from setup.lib.demo_import import ORDER_KINDS, request_reports, work_off
from setup.lib.demo_seller import ensure_account, ensure_products, ensure_taxes

#: Tables that grow with the orders.
TABLES = (
    "res_partner",
    "sale_order",
    "sale_order_line",
    "amazon_parcel",
    "amazon_report",
    "amazon_report_row",
    "amazon_control_order",
    "amazon_vat_document",
    "amazon_vat_document_line",
    "amazon_vat_invoice",
    "amazon_vat_invoice_line",
    "amazon_invoice_upload",
    "amazon_return",
    "account_move",
    "account_move_line",
    "stock_picking",
    "stock_move",
    "stock_move_line",
    "stock_reference",
    "mail_message",
)
#: Copies have other values here, or the database refuses them.
RENAMED = {
    ("sale_order", "name"),
    ("sale_order", "amazon_order_ref"),
    ("sale_order", "access_token"),
    ("amazon_report_row", "order_ref"),
    ("amazon_report", "amazon_report_id"),
    ("amazon_control_order", "order_ref"),
    ("amazon_vat_document", "number"),
    ("amazon_vat_document", "order_ref"),
    ("amazon_vat_invoice", "reference"),
    ("amazon_vat_invoice", "order_ref"),
    ("amazon_return", "order_ref"),
    ("amazon_return", "license_plate"),
    ("amazon_return", "identity"),
    ("amazon_parcel", "shipment_ref"),
    ("account_move", "name"),
    ("account_move", "access_token"),
    ("stock_picking", "name"),
}
FOREIGN_KEYS = """
    SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, c.conname
      FROM pg_constraint c
      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
     WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
"""


class Many:
    """The sample and its copies."""

    def __init__(self, env, simulator):
        self.env, self.cr, self.simulator = env, env.cr, simulator

    def has_table(self, table):
        self.cr.execute("SELECT to_regclass(%s)", [table])
        return self.cr.fetchone()[0] is not None

    def make(self, orders):
        self.tables = [table for table in TABLES if self.has_table(table)]
        before = {table: self.last_id(table) for table in self.tables}
        count = self.import_sample()
        self.env.flush_all()
        copies = max(orders // max(count, 1) - 1, 0)
        self.cr.execute(FOREIGN_KEYS)
        keys = self.cr.fetchall()
        for table, _column, _target, name in keys:
            if table in self.tables or self.is_relation(table):
                self.cr.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        targets = {(table, column): target for table, column, target, _name in keys}
        shift = max(self.last_id(table) for table in self.tables) + 1
        for table in self.tables:
            self.copy(table, targets, before, shift, copies)
        for table in {table for table, *_rest in keys if self.is_relation(table)}:
            self.copy(table, targets, before, shift, copies)
        self.cr.commit()
        return count * (copies + 1)

    def import_sample(self):
        env = self.env
        ensure_taxes(env)
        ensure_products(env, self.simulator)
        accounts = []
        for seller in ask(self.simulator, "sellers")["sellers"]:
            account = ensure_account(env, self.simulator, seller)
            if account.region == "eu":
                account.fba_stock_policy = "move"
            accounts.append(account)
        env.cr.commit()
        last = env["amazon.report"].search([], order="id desc", limit=1).id or 0
        request_reports(env, accounts, (*ORDER_KINDS, "all_orders", "fba_returns"))
        env.cr.commit()
        work_off(env, last)
        return env["sale.order"].search_count([("amazon_order_ref", "!=", False)])

    def is_relation(self, table):
        self.cr.execute(
            "SELECT NOT EXISTS (SELECT FROM information_schema.columns "
            "WHERE table_name = %s AND column_name = 'id')",
            [table],
        )
        return self.cr.fetchone()[0]

    def last_id(self, table):
        self.cr.execute(f'SELECT COALESCE(MAX(id), 0) FROM "{table}"')
        return self.cr.fetchone()[0]

    def copy(self, table, targets, before, shift, copies):
        self.cr.execute(
            "SELECT column_name, data_type FROM information_schema.columns "
            "WHERE table_name = %s AND table_schema = 'public' "
            "AND is_generated = 'NEVER'",
            [table],
        )
        columns, values, condition = [], [], []
        for column, kind in self.cr.fetchall():
            source = f'old."{column}"'
            target = table if column == "id" else targets.get((table, column))
            moved = f"{source} + copy * {shift}"
            if column == "id":
                condition = [f"{source} > {before[table]}"]
                value = moved
            elif target in before:
                value = (
                    f"CASE WHEN {source} > {before[target]} THEN {moved} "
                    f"ELSE {source} END"
                )
                if table not in before:
                    condition.append(f"{source} > {before[target]}")
            elif (table, column) == ("mail_message", "res_id"):
                value = moved
            elif (table, column) in RENAMED:
                value = f"{source} || '/' || copy"
            elif kind.startswith("timestamp") and column != "create_date":
                value = f"{source} - copy * interval '1 hour'"
            else:
                value = source
            columns.append(f'"{column}"')
            values.append(value)
        if not condition or table == "amazon_report_marketplace_rel":
            return
        self.cr.execute(
            f'INSERT INTO "{table}" ({", ".join(columns)}) '
            f'SELECT {", ".join(values)} FROM "{table}" old, '
            f"generate_series(1, {copies}) AS copy WHERE {' OR '.join(condition)} "
            "ON CONFLICT DO NOTHING"
        )
        print(f"  {table}: {self.cr.rowcount:,}", file=sys.stderr, flush=True)


class Screens:
    """How long the addon's screens take to read what they show first."""

    def __init__(self, env):
        self.env = env

    def measure(self):
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "amazon_order_import"),
                ("model", "=", "ir.actions.act_window"),
            ]
        )
        for action in self.env["ir.actions.act_window"].browse(data.mapped("res_id")):
            if action.target == "new" or self.env[action.res_model]._transient:
                continue
            yield f"{action.name} ({action.res_model})", self.open(action)

    def open(self, action):
        env = self.env
        context = safe_eval(action.context or "{}", self.names())
        Model = env[action.res_model].with_context(**context)
        domain = safe_eval(action.domain or "[]", self.names())
        views = Model.get_views(
            [(action.search_view_id.id or False, "search"), *self.views_of(action)]
        )["views"]
        search = etree.fromstring(views["search"]["arch"])
        groups = []
        for name, value in context.items():
            if name.startswith("search_default_") and value:
                field = name.removeprefix("search_default_")
                for node in search.iter("filter"):
                    if node.get("name") == field:
                        domain += safe_eval(node.get("domain") or "[]", self.names())
                        inner = safe_eval(node.get("context") or "{}", self.names())
                        if inner.get("group_by"):
                            groups.append(inner["group_by"])
        kind = "list" if "list" in views else next(iter(set(views) - {"search"}))
        specification = {
            node.get("name"): {}
            for node in etree.fromstring(views[kind]["arch"]).iter("field")
            if node.get("name") in Model._fields
            and node.get("column_invisible") not in ("1", "True")
        }

        def read():
            if groups:
                Model.formatted_read_group(domain, groups[:1], ["__count"])
            else:
                Model.web_search_read(
                    domain, specification, limit=80, count_limit=10001
                )

        return read

    def views_of(self, action):
        first = action.view_mode.split(",")[0]
        chosen = {view.view_mode: view.view_id.id for view in action.view_ids}
        kinds = {first, "list"} if "list" in action.view_mode else {first}
        return [(chosen.get(kind, False), kind) for kind in sorted(kinds)]

    def names(self):
        return {
            "uid": self.env.uid,
            "allowed_company_ids": self.env.companies.ids,
            "active_id": False,
            "active_ids": [],
            "context_today": lambda: fields.Date.context_today(self.env.user),
            "datetime": datetime,
            "relativedelta": dateutil.relativedelta.relativedelta,
            "time": time,
        }


def timed(env, work):
    env.invalidate_all()
    start = time.perf_counter()
    queries = env.cr.sql_log_count
    work()
    env.flush_all()
    return time.perf_counter() - start, env.cr.sql_log_count - queries


def actions(env):
    data = env["ir.model.data"].search(
        [("module", "=", "amazon_order_import"), ("model", "=", "ir.cron")]
    )
    for cron in env["ir.cron"].browse(data.mapped("res_id")):
        yield cron.name, cron.method_direct_trigger


def main(env, setting):
    many = Many(env, setting["AMAZON_SIMULATOR_URL"])
    count = many.make(int(setting["AMAZON_SCALE_ORDERS"]))
    env.invalidate_all()
    with env.registry.cursor() as cr:
        cr.connection.autocommit = True
        cr.execute("VACUUM ANALYZE")
        cr.execute("SELECT pg_database_size(current_database())")
        size = cr.fetchone()[0]
    print(f"{count:,} orders, {size / 1e9:.1f} GB, {size / count:,.0f} bytes an order")
    user = env.ref("base.user_admin")
    limit = float(setting["AMAZON_SCALE_SECONDS"])
    slow = []
    screens = Screens(env(user=user))
    for name, read in screens.measure():
        seconds, queries = timed(screens.env, read)
        print(f"{seconds:8.3f} s {queries:5} queries  {name}", flush=True)
        if seconds > limit:
            slow.append(name)
    account = screens.env["amazon.account"].search([], limit=1)
    today = fields.Date.context_today(account)
    seconds, queries = timed(
        screens.env,
        lambda: screens.env["amazon.control.order"].get_calendar(
            account.id, str(today - timedelta(days=42)), str(today)
        ),
    )
    print(f"{seconds:8.3f} s {queries:5} queries  the completeness calendar")
    for name, run in actions(env):
        seconds, queries = timed(env, run)
        print(f"{seconds:8.3f} s {queries:5} queries  scheduled: {name}", flush=True)
    for name in slow:
        print(f"  ! {name} takes more than {limit:g} s")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(env, os.environ))  # noqa: F821 - the shell's environment
