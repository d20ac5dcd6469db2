"""Run by ``odoo shell``: brings the simulated Amazon's orders into the database.

Connects every seller of the simulator at ``AMAZON_SIMULATOR_URL``, requests every
kind of report, lets the scheduled action work and compares what stands in Odoo with
what the simulator says must. Ends with code 0 only if every order is there once with
Amazon's figures. Run again, it changes nothing that is right already.
"""

import os
import sys
import time
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

import requests

from odoo import fields

from odoo.addons.amazon_order_import.report_formats import KINDS
from odoo.addons.amazon_order_import.report_formats.kinds import (
    KIND_SELECTION,
    ORDER_KINDS,
)

# The simulator's history is 20 days of the calendar; Amazon takes 30 in one report.
HISTORY = timedelta(days=22)
ROUNDS = 40
STOCK = 5000
OPEN = ("requested", "ready", "processing")
# Beside orders: what each kind brings is compared, too.
MORE_KINDS = ("fba_returns", "fba_inventory", "vcs_lite", "vcs_invoices", "all_orders")
SERVICES = {"none": "", "vcs_lite": " (VCS Lite)", "vcs": " (VCS)"}
# A seller whose invoices Amazon makes; the simulator has none by itself.
AMAZON_INVOICES = {
    "key": "eu-auto",
    "like": "eu-vcs",
    "seller_id": "A5SIMEUAUTO",
    "vat_service": "vcs",
    "orders_per_day": 2,
}
# Units for one euro.
EURO_RATES = {
    "CAD": 1.49,
    "GBP": 0.87,
    "JPY": 162.0,
    "MXN": 19.8,
    "PLN": 4.35,
    "SEK": 11.5,
    "USD": 1.08,
}
REGIONS = {"eu": "Europe", "na": "North America", "fe": "Far East"}
STATES = {
    "requested": "at Amazon",
    "ready": "ready",
    "processing": "processing",
    "done": "done",
    "attention": "to do",
    "failed": "failed",
    "cancelled": "nothing to report",
    "skipped": "skipped",
}


def ask(simulator, name, **query):
    """The answer of one of the control endpoints of the simulator at an address."""
    answer = requests.get(f"{simulator}/_control/{name}", params=query, timeout=60)
    answer.raise_for_status()
    return answer.json()


def tell(simulator, name, **body):
    """Steers the simulator by one of its control endpoints."""
    answer = requests.post(f"{simulator}/_control/{name}", json=body, timeout=60)
    answer.raise_for_status()


# === WHAT A SELLER HAS BEFORE THE FIRST ORDER === #


def ensure_taxes(env):
    """What an accountant sets up once: VAT of the country of delivery, exports."""
    Position = env["account.fiscal.position"]
    own = [("company_id", "=", env.company.id)]
    if not Position.search([*own, ("country_id.code", "=", "FR")], limit=1):
        env.company._map_eu_taxes()
    chart = env["account.chart.template"].with_company(env.company)
    chart.ref("fiscal_position_non_eu_partner_skr03").auto_apply = True


def ensure_rates(env):
    """Exchange rates of the simulated marketplaces; without one, Odoo would take 1."""
    currencies = env["res.currency"].with_context(active_test=False)
    for name, rate in EURO_RATES.items():
        currency = currencies.search([("name", "=", name)])
        if currency != env.company.currency_id and not currency.rate_ids:
            currency.rate_ids = [
                fields.Command.create(
                    {
                        "name": fields.Date.today() - timedelta(days=365),
                        "rate": rate,
                        "company_id": env.company.id,
                    }
                )
            ]


def ensure_products(env, simulator):
    """One product per SKU of the simulated catalogue, with German VAT and stock."""
    chart = env["account.chart.template"].with_company(env.company)
    rates = {
        "standard": chart.ref("tax_ust_19_skr03"),
        "reduced": chart.ref("tax_ust_7_skr03"),
        "book": chart.ref("tax_ust_7_skr03"),
    }
    Product = env["product.product"]
    catalogue = {
        entry["sku"]: entry for entry in ask(simulator, "catalogue")["products"]
    }
    found = Product.search([("default_code", "in", list(catalogue))])
    missing = set(catalogue) - set(found.mapped("default_code"))
    products = found | Product.create(
        [
            {
                "name": catalogue[sku]["title"],
                "default_code": sku,
                "type": "consu",
                "is_storable": True,
                "list_price": float(catalogue[sku]["price"]),
                "taxes_id": [
                    fields.Command.set(rates[catalogue[sku]["vat_class"]].ids)
                ],
            }
            for sku in sorted(missing)
        ]
    )
    shelf = (
        env["stock.warehouse"]
        .search([("company_id", "=", env.company.id)], limit=1)
        .lot_stock_id
    )
    for product in products.with_context(location=shelf.id):
        if product.free_qty < STOCK / 2:
            env["stock.quant"]._update_available_quantity(product, shelf, STOCK)
    return products


def ensure_account(env, simulator, seller):
    """The account of a simulated seller, its connection tested."""
    name = f"Muster Handel {REGIONS[seller['region']]}"
    name += SERVICES[seller["vat_service"]]
    access = {
        "lwa_client_id": seller["client_id"],
        "lwa_client_secret": seller["client_secret"],
        "lwa_refresh_token": seller["refresh_token"],
        # The simulator gets another port with every start.
        "sp_api_endpoint": simulator,
        "lwa_endpoint": simulator,
    }
    account = env["amazon.account"].search(
        [("lwa_client_id", "=", seller["client_id"])]
    )
    if account:
        account.write(access)
    else:
        account = account.create(
            {
                "name": name,
                "region": seller["region"],
                "user_id": env.ref("base.user_admin").id,
                "vat_service": seller["vat_service"],
                "vat_document_policy": "create",
                **access,
            }
        )
    account.action_test_connection()
    return account


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
    """Runs the scheduled action until no report is open; the reports made since."""
    cron = env.ref("amazon_order_import.ir_cron_check_reports")
    domain = [("id", ">", since)]
    for _round in range(ROUNDS):
        failure = cron.method_direct_trigger()
        # It works in a transaction of its own: ours has to see what it did.
        env.cr.commit()
        if isinstance(failure, dict):
            sys.exit(f"The scheduled action failed: {failure['params']}")
        reports = env["amazon.report"].search(domain, order="id")
        waiting = reports.filtered(lambda report: report.state in OPEN) - waits(reports)
        if not waiting:
            break
        if all(report.next_attempt for report in waiting):
            # The simulated Amazon is done sooner than the real one.
            waiting.filtered(lambda report: not report.last_error).next_attempt = False
            env.cr.commit()
            time.sleep(1)
    return reports


def waits(reports):
    """The reports that Amazon makes later only: of FBA stock, one in 30 minutes."""
    soon = fields.Datetime.now() + timedelta(minutes=10)
    return reports.filtered(
        lambda report: (
            report.state == "requested"
            and report.last_error
            and report.next_attempt
            and report.next_attempt > soon
        )
    )


def is_fine(report):
    """Whether a report has come to its end, as far as Amazon lets it."""
    if report.state == "attention":
        # Amazon tells some numbers of its invoices days later.
        codes = report.open_row_ids.mapped("code")
        return set(codes) == {"number_pending"}
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


# === WHAT HAS ARRIVED === #


def compare(env, simulator, accounts, before=frozenset()):
    """What stands in Odoo beside what the simulator says must.

    :param accounts: dict ``{seller key: amazon.account}``
    :param before: order numbers that an earlier run has imported: another start of the
        simulator may have forgotten some of them
    :return: ``(channels, refs, problems)``: per marketplace ``[orders at Amazon, in
        Odoo, Amazon's total, Odoo's total]``, all order numbers, and sentences
    """
    channels = defaultdict(lambda: [0, 0, Decimal(0), Decimal(0)])
    refs, problems = set(), []
    for key, account in accounts.items():
        expected = ask(simulator, "expected", seller=key)["orders"]
        orders = env["sale.order"].search([("amazon_account_id", "=", account.id)])
        by_ref = orders.grouped("amazon_order_ref")
        refs.update(expected)
        for ref, entry in expected.items():
            found = by_ref.get(ref, orders.browse())
            channel = channels[entry["marketplace"], entry["currency"]]
            channel[0] += 1
            channel[1] += len(found)
            channel[2] += Decimal(entry["total"])
            channel[3] += sum(exact(order, "amount_total") for order in found)
            problems += check_order(ref, entry, found)
        strangers = set(by_ref) - set(expected) - before
        problems += [f"{ref}: in Odoo, but not at Amazon" for ref in sorted(strangers)]
    return channels, refs, problems


def exact(order, name):
    """A monetary field of an order as a Decimal in its currency's decimals."""
    return Decimal(f"{order[name]:.{order.currency_id.decimal_places}f}")


def check_order(ref, entry, found):
    """What is wrong with an order, as sentences."""
    if len(found) != 1:
        return [f"{ref}: {len(found)} times in Odoo"]
    pairs = {
        "total": (entry["total"], exact(found, "amount_total")),
        "tax": (entry["tax"], exact(found, "amount_tax")),
        "tax collected by Amazon": (
            entry["withheld"],
            exact(found, "amazon_tax_withheld"),
        ),
    }
    wrong = [
        f"{ref}: {name} {odoo} in Odoo, {amazon} at Amazon"
        for name, (amazon, odoo) in pairs.items()
        if amazon is not None and Decimal(amazon) != odoo
    ]
    facts = {
        "currency": (entry["currency"], found.currency_id.name),
        "fulfilment": (entry["fulfillment"], found.amazon_fulfillment),
        "state": ("sale", found.state),
    }
    wrong += [
        f"{ref}: {name} is {odoo}, not {amazon}"
        for name, (amazon, odoo) in facts.items()
        if amazon != odoo
    ]
    goods = Counter()
    for item in entry["items"]:
        goods[item["sku"]] += item["quantity"]
    lines = found.order_line.filtered(
        lambda line: line.amazon_line_type == "item" and line.product_uom_qty
    )
    have = Counter()
    for line in lines:
        have[line.product_id.default_code] += line.product_uom_qty
    if have != goods:
        wrong.append(f"{ref}: items {dict(have)} in Odoo, {dict(goods)} at Amazon")
    return wrong


def compare_more(env, simulator, accounts, since):
    """What stands in Odoo beside orders, and what the simulator says must.

    :return: ``(counts, problems)``: rows ``(account, what, at Amazon, in Odoo)``, and
        sentences
    """
    counts, problems = [], []
    for key, account in accounts.items():
        period = {"seller": key, "start": f"{(since - HISTORY).isoformat()}Z"}
        for what, there, here in (
            ("units returned", *_returned(env, simulator, account, period)),
            ("articles in stock", *_stocked(env, simulator, account, key)),
            ("VAT documents", *_documents(env, simulator, account, period)),
        ):
            counts.append((account.name, what, len(there), len(here)))
            problems += [
                f"{account.name}, {what}: {name} is {here.get(name)} in Odoo, "
                f"{there[name]} at Amazon"
                for name in sorted(there)
                if there[name] != here.get(name)
            ]
        if account.missing_order_count:
            problems.append(f"{account.name}: {account.missing_order_count} missing")
    return counts, problems


def _returned(env, simulator, account, period):
    """Dicts ``{(order, SKU, label): units}``."""
    there, here = Counter(), Counter()
    report = env["amazon.report"].search(
        [
            ("account_id", "=", account.id),
            ("kind", "=", "fba_returns"),
            ("state", "in", ("done", "attention")),
        ],
        order="date_to desc",
        limit=1,
    )
    # What comes back while we look is in no report yet.
    period = {**period, "end": f"{report.date_to.isoformat()}Z"}
    for row in ask(simulator, "expected_returns", **period)["rows"]:
        if not row["again"]:
            ref = row["amazon_order_id"]
            there[ref, row["sku"], row["license_plate"]] += row["quantity"]
    for found in env["amazon.return"].search([("account_id", "=", account.id)]):
        here[found.order_ref, found.sku, found.license_plate or ""] += found.quantity
    return there, here


def _stocked(env, simulator, account, key):
    """Dicts ``{(pool, FNSKU): (sellable, unsellable)}``."""
    there = {}
    for pool, stock in ask(simulator, "expected_stock", seller=key)["pools"].items():
        for fnsku, article in stock["articles"].items():
            there[pool, fnsku] = (article["sellable"], article["unsellable"])
    sums = defaultdict(lambda: [0, 0])
    latest = {}
    for snapshot in env["amazon.stock.snapshot"].search(
        [("account_id", "=", account.id)], order="id"
    ):
        latest[snapshot.stock_pool] = snapshot
    for pool, snapshot in latest.items():
        for level in snapshot.level_ids:
            sums[pool, level.fnsku][0] += int(level.qty_sellable)
            sums[pool, level.fnsku][1] += int(level.qty_unsellable)
    # The stocks that Amazon has not told yet are not compared.
    there = {name: units for name, units in there.items() if name[0] in latest}
    return there, {name: tuple(sums[name]) for name in there if name in sums}


def _documents(env, simulator, account, period):
    """Dicts ``{number or transaction: (net, tax, total)}``."""
    if account.vat_service == "none":
        return {}, {}
    by_amazon = account.vat_service == "vcs"
    there = {
        entry["number" if by_amazon else "transaction_id"]: tuple(
            Decimal(entry[name]) for name in ("net", "tax", "total")
        )
        for entry in ask(simulator, "expected_documents", **period)["documents"]
        if not by_amazon or entry["number"]
    }
    model = "amazon.vat.document" if by_amazon else "amazon.vat.invoice"
    found = env[model].search([("account_id", "=", account.id)])
    names = ("amount_untaxed", "amount_tax", "amount_total")
    here = {
        document.number if by_amazon else document.reference: tuple(
            exact(document, name) for name in names
        )
        for document in found
    }
    return there, here


# === WHAT IS SAID ABOUT IT === #


def bold(text):
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


def show_seller(account):
    if account.connection_state == "connected":
        codes = account.channel_ids.marketplace_id.country_id.mapped("code")
        answer = f"connected: {' '.join(sorted(codes))}"
    else:
        answer = f"{account.connection_state}: {account.connection_message}"
    print(f" {account.name:<38}{answer}")


def show_reports(reports, uploaded):
    labels = dict(KIND_SELECTION)
    columns = "{:<44.44}{:>5}{:>9}{:>10}{:>8}{:>11}  {}"
    print(bold("\nREPORTS"))
    print(
        columns.format("", "rows", "created", "cancelled", "ignored", "unchanged", "")
    )
    account = None
    for report in reports | uploaded:
        if report.account_id != account and report not in uploaded:
            account = report.account_id
            print(f" {account.name}")
        name = labels[report.kind].partition(" – ")[0]
        if report in uploaded:
            print(" Uploaded by hand: a file that had been imported before")
            name = f"{name}, {report.account_id.name.removeprefix('Muster Handel ')}"
        state = STATES[report.state]
        if report.state == "failed":
            state += f": {report.failure_reason}"
        elif report in waits(report):
            state += f", waits until {report.next_attempt:%H:%M} UTC for Amazon's turn"
        elif report.last_error and report.state == "requested":
            state += f": {report.last_error}"
        unsettled = report.waiting_count + report.error_count
        if unsettled and is_fine(report):
            state = f"done ({unsettled} wait for Amazon's number)"
        elif unsettled:
            state += f" ({unsettled} rows need a person)"
        print(
            columns.format(
                f"   {name}",
                report.row_count,
                report.created_count,
                report.cancelled_count,
                report.ignored_count,
                report.unchanged_count,
                state,
            )
        )


def show_channels(env, channels):
    marketplaces = {
        marketplace.api_ref: marketplace.name
        for marketplace in env["amazon.marketplace"].search([])
    }
    columns = "{:<20}{:>5}{:>12}{:>10}{:>18}{:>18}{:>13}"
    print(bold("\nORDERS"))
    heads = ("at Amazon", "in Odoo", "Amazon's total", "Odoo's total", "difference")
    print(columns.format("", "", *heads))
    for (ref, currency), (there, here, amazon, odoo) in sorted(
        channels.items(), key=lambda item: (-item[1][0], marketplaces[item[0][0]])
    ):
        totals = (f"{amount:,}" for amount in (amazon, odoo, odoo - amazon))
        name = f" {marketplaces[ref]}"
        print(columns.format(name, currency, there, here, *totals))


def show_more(counts):
    columns = "{:<44.44}{:<20}{:>10}{:>10}"
    print(bold("\nBESIDE ORDERS"))
    print(columns.format("", "", "at Amazon", "in Odoo"))
    for name, what, there, here in counts:
        if there or here:
            print(columns.format(f" {name}", what, there, here))


def show_result(reports, channels, problems, known, seconds):
    there = sum(channel[0] for channel in channels.values())
    here = sum(channel[1] for channel in channels.values())
    rows = sum(reports.mapped("row_count"))
    print()
    for problem in problems[:12]:
        print(f"  ! {problem}")
    if len(problems) > 12:
        print(f"  ! ... and {len(problems) - 12} more")
    if problems:
        print(bold(f"Not all is right among {there} orders: see above."))
        return
    print(
        bold(f"All {there} orders are in Odoo, each once, with Amazon's total and tax.")
    )
    if known:
        print(
            f"{known} of them were there before: {here - known} are new, none was made "
            "twice."
        )
    print(f"{rows:,} rows of {len(reports)} reports in {seconds:.0f} s.")


def main(env, simulator):
    started = time.monotonic()
    print(bold("Orders of a simulated Amazon into Odoo"))
    admin = env.ref("base.user_admin")
    # Whoever opens the demonstration sees the orders first.
    admin.action_id = env.ref("amazon_order_import.sale_order_action").id
    ensure_taxes(env)
    ensure_rates(env)
    ensure_products(env, simulator)
    env.cr.commit()
    orders = env["sale.order"].search([("amazon_order_ref", "!=", False)])
    before = set(orders.mapped("amazon_order_ref"))
    last = env["amazon.report"].search([], order="id desc", limit=1).id or 0
    accounts = {}
    tell(simulator, "sellers", **AMAZON_INVOICES)
    print(bold("\nSELLERS"))
    for seller in ask(simulator, "sellers")["sellers"]:
        account = accounts[seller["key"]] = ensure_account(env, simulator, seller)
        show_seller(account)
    now = fields.Datetime.now()
    request_reports(env, accounts.values())
    env.cr.commit()
    work_off(env, last)
    # Returns, documents and the control list speak of orders: those come first.
    request_reports(env, accounts.values(), MORE_KINDS)
    env.cr.commit()
    reports = work_off(env, last)
    uploaded = upload_again(env, reports)
    show_reports(reports, uploaded)
    channels, refs, problems = compare(env, simulator, accounts, before)
    show_channels(env, channels)
    counts, wrong = compare_more(env, simulator, accounts, now)
    show_more(counts)
    problems += wrong
    problems += [
        f"{report.display_name}: {STATES[report.state]}"
        for report in (reports | uploaded) - waits(reports)
        if not is_fine(report)
    ]
    known = len(refs & before)
    show_result(reports, channels, problems, known, time.monotonic() - started)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(env, os.environ["AMAZON_SIMULATOR_URL"]))  # noqa: F821
