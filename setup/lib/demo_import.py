"""Run by ``odoo shell``: brings the simulated Amazon's orders into the database.

Connects every seller of the simulator at ``AMAZON_SIMULATOR_URL``, requests every
kind of report, lets the scheduled action work and compares what stands in Odoo with
what the simulator says must. Ends with code 0 only if every order is there once with
Amazon's figures. Run again, it changes nothing that is right already.
"""

import os
import sys
from datetime import timedelta
from time import monotonic, sleep

from odoo import fields

from odoo.addons.amazon_order_import.report_formats import KINDS
from odoo.addons.amazon_order_import.report_formats.kinds import ORDER_KINDS

from setup.lib import demo_table as table
from setup.lib.demo_amazon import ask, tell
from setup.lib.demo_check import HISTORY, Comparison
from setup.lib.demo_seller import (
    ensure_account,
    ensure_products,
    ensure_rates,
    ensure_taxes,
)
from tests.simulator.world.territories import TERRITORIES as PLACES

ROUNDS = 40
OPEN = ("requested", "ready", "processing")
# Beside orders: what each kind brings is compared, too.
MORE_KINDS = ("fba_returns", "fba_inventory", "vcs_lite", "vcs_invoices", "all_orders")
# A seller whose invoices Amazon makes; the simulator has none by itself.
AMAZON_INVOICES = {
    "key": "eu-auto",
    "like": "eu-vcs",
    "seller_id": "A5SIMEUAUTO",
    "vat_service": "vcs",
    "orders_per_day": 2,
}
# Where a country code does not say whose VAT is due, and where Amazon collects it.
TERRITORIES = (
    *("canary-islands", "ceuta", "busingen", "helgoland", "livigno", "aland"),
    *("mount-athos", "reunion", "monaco", "isle-of-man", "northern-ireland"),
    *("azores", "madeira", "britain-voec", "switzerland-voec"),
)


def has_kind(account, kind):
    """Whether Amazon makes a kind of report for a seller."""
    if kind in ("vcs_lite", "vcs_invoices"):
        service = {"vcs_invoices": "vcs"}.get(kind, kind)
        return account.vat_service == service
    return account.region in KINDS[kind].regions


def request_reports(env, accounts, kinds=ORDER_KINDS):
    """These kinds of report, once for the whole history and hourly from now."""
    Request = env["amazon.report.request"]
    now = fields.Datetime.now()
    for account in accounts:
        for kind in kinds:
            if not has_kind(account, kind):
                continue
            common = {"account_id": account.id, "kind": kind}
            known = Request.search(
                [*((name, "=", value) for name, value in common.items())]
                + [("repeat", "=", True)]
            )
            # Amazon makes a FBA report of the same days once in 30 minutes.
            later = {"next_run": now + timedelta(hours=1)}
            if known:
                known.write(later)
            else:
                Request.create({**common, **later, "repeat": True})
            Request.create({**common, **_period(kind, now)})


def _period(kind, now):
    if not KINDS[kind].dated:
        return {}
    if KINDS[kind].whole_days:
        today = now.date()
        return {"day_from": today - HISTORY, "day_to": today - timedelta(days=1)}
    return {"date_from": now - HISTORY, "date_to": now}


def work_off(env, since):
    """Runs the scheduled actions until no report is open; the reports made since."""
    domain = [("id", ">", since)]
    for _round in range(ROUNDS):
        for action in ("check", "process"):
            cron = env.ref(f"amazon_order_import.ir_cron_{action}_reports")
            failure = cron.method_direct_trigger()
            # It works in a transaction of its own: ours has to see what it did.
            env.cr.commit()
            if isinstance(failure, dict):
                sys.exit(f"The scheduled action failed: {failure['params']}")
        reports = env["amazon.report"].search(domain, order="id")
        waiting = reports.filtered(lambda report: report.state in OPEN)
        if not waiting:
            break
        if all(report.next_attempt for report in waiting):
            hurry(env, waiting)
            env.cr.commit()
            sleep(1)
    return reports


def hurry(env, reports):
    """Has Odoo look again at once: the simulated Amazon is sooner than the real one.

    It is done with a report in seconds and, told so, takes the next one of a kind
    without the pause that Odoo leaves between two.
    """
    for report in reports.filtered(lambda report: not report.asked_at):
        kind = KINDS[report.kind]
        pause = timedelta(minutes=kind.min_minutes)
        for call in env["amazon.api.call"].search(
            [
                ("account_id", "=", report.account_id.id),
                ("report_type", "=", kind.report_type_in(report.account_id.region)),
                ("called_at", ">", fields.Datetime.now() - pause),
            ]
        ):
            call.called_at -= pause
    reports.filtered(
        lambda report: not report.asked_at or not report.last_error
    ).next_attempt = False


def is_fine(report):
    """Whether a report has come to its end, as far as Amazon lets it."""
    if report.state == "attention":
        # Amazon tells some numbers of its invoices days later; some orders wait for
        # the seller's tax registrations.
        codes = report.open_row_ids.mapped("code")
        return set(codes) <= {"number_pending", "held_for_tax"}
    return report.state in ("done", "cancelled")


def upload_again(env, reports):
    """The largest file once more, by hand: what it makes is nothing."""
    source = max(
        reports.filtered(lambda report: report.state in ("done", "attention")),
        key=lambda report: report.file_size,
        default=None,
    )
    if not source:
        return env["amazon.report"]
    with source._open_file() as stream:
        content = stream.read()
    report = env["amazon.report"].create_from_file(
        source.account_id, source.kind, "the same file again.txt", content
    )
    report.process()
    env.cr.commit()
    return report


def main(env, simulator):
    started = monotonic()
    print(table.bold("Orders of a simulated Amazon into Odoo"))
    prepare(env, simulator)
    orders = env["sale.order"].search([("amazon_order_ref", "!=", False)])
    before = set(orders.mapped("amazon_order_ref"))
    last = env["amazon.report"].search([], order="id desc", limit=1).id or 0
    accounts = {}
    print(table.bold("\nSELLERS"))
    for seller in ask(simulator, "sellers")["sellers"]:
        account = accounts[seller["key"]] = ensure_account(env, simulator, seller)
        table.show_seller(account)
    if not before:
        sell_to_territories(simulator, accounts)
    now = fields.Datetime.now()
    request_reports(env, accounts.values())
    env.cr.commit()
    work_off(env, last)
    # Returns, documents and the control list speak of orders: those come first.
    request_reports(env, accounts.values(), MORE_KINDS)
    env.cr.commit()
    reports = work_off(env, last)
    uploaded = upload_again(env, reports)
    fine = (reports | uploaded).filtered(is_fine)
    table.show_reports(reports, uploaded, fine)
    comparison = Comparison(env, simulator, reports)
    channels, refs, problems = comparison.orders(accounts, before)
    table.show_channels(env, channels)
    counts, wrong = comparison.more(accounts, now)
    table.show_more(counts)
    problems += wrong
    problems += [
        f"{report.display_name}: {table.STATES[report.state]}"
        for report in (reports | uploaded) - fine
    ]
    known = len(refs & before)
    table.show_result(reports, channels, problems, known, monotonic() - started)
    return 1 if problems else 0


def sell_to_territories(simulator, sellers):
    """Orders that chance does not bring; the European marketplaces have them all."""
    marketplaces = {name: place.marketplace for name, place in PLACES.items()}
    for seller in sorted({"eu", "eu-vcs"} & sellers.keys()):
        for name in TERRITORIES:
            tell(
                simulator,
                "orders",
                seller=seller,
                marketplace=marketplaces[name],
                territory=name,
                scenario="simple",
                count=1,
            )


def prepare(env, simulator):
    """What has to be there before the first order, in Odoo and at Amazon."""
    admin = env.ref("base.user_admin")
    # Whoever opens the demonstration sees the orders first.
    admin.action_id = env.ref("amazon_order_import.sale_order_action").id
    ensure_taxes(env)
    ensure_rates(env)
    ensure_products(env, simulator)
    # This Amazon has counted no call that Odoo made to another one.
    env["amazon.api.call"].search([]).unlink()
    tell(simulator, "sellers", **AMAZON_INVOICES)
    tell(simulator, "settings", fba_throttle=False)
    env.cr.commit()


if __name__ == "__main__":
    sys.exit(main(env, os.environ["AMAZON_SIMULATOR_URL"]))  # noqa: F821
