"""What stands in Odoo beside what the simulated Amazon says must.

Amazon goes on shipping and taking back while Odoo imports: each thing is compared with
what Amazon said when it made the report that tells it.
"""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo.addons.amazon_order_import.report_formats.kinds import KINDS, ORDER_KINDS

from .demo_amazon import ask

# The simulator's history is 20 days of the calendar; Amazon takes 30 in one report.
HISTORY = timedelta(days=22)
ENDED = ("done", "attention", "cancelled")
MONEY = ("amount_untaxed", "amount_tax", "amount_total")


class Comparison:
    """Odoo beside a simulated Amazon.

    :param env: environment.
    :param simulator: Amazon's address.
    :param reports: the ``amazon.report`` records by which everything came, made by
        this very Amazon; without them, Odoo is compared with what Amazon says now.
    """

    def __init__(self, env, simulator, reports=None):
        self.env = env
        self.simulator = simulator
        self.reports = env["amazon.report"] if reports is None else reports

    def _ask(self, name, key, made, **query):
        """What Amazon said of the seller ``key`` when it made the reports ``made``."""
        last = made.sorted("id")[-1:]
        if last:
            query["report"] = last.amazon_report_id
        return ask(self.simulator, name, seller=key, **query)

    def _made(self, account, kinds):
        """The reports of an account that Amazon has ended."""
        return self.reports.filtered(
            lambda report: (
                report.account_id == account
                and report.kind in kinds
                and report.amazon_report_id
                and report.state in ENDED
            )
        )

    # === ORDERS === #

    def orders(self, accounts, before=frozenset()):
        """All orders, each with its figures.

        :param accounts: dict ``{seller key: amazon.account}``
        :param before: order numbers that an earlier run has imported: another start of
            the simulator may have forgotten some of them
        :return: ``(channels, refs, problems)``: per marketplace ``[orders at Amazon, in
            Odoo, Amazon's total, Odoo's total]``, all order numbers, and sentences
        """
        channels = defaultdict(lambda: [0, 0, Decimal(0), Decimal(0)])
        refs, problems = set(), []
        for key, account in accounts.items():
            sales, no_sales = self._expected(key, account)
            orders = self.env["sale.order"].search(
                [("amazon_account_id", "=", account.id)]
            )
            by_ref = orders.grouped("amazon_order_ref")
            refs.update(sales)
            for ref, entry in sales.items():
                found = by_ref.get(ref, orders.browse())
                channel = channels[entry["marketplace"], entry["currency"]]
                channel[0] += 1
                channel[1] += len(found)
                channel[2] += get_total(entry, found)
                channel[3] += sum(map(get_odoo_total, found))
                problems += check_order(ref, entry, found)
            others = {ref: by_ref[ref] for ref in set(by_ref) - set(sales) - before}
            problems += check_others(others, no_sales)
        return channels, refs, problems

    def _expected(self, key, account):
        """What must stand in Odoo as sales, and what must not, by order number."""
        sales, no_sales = {}, {}
        for fulfillment in ("mfn", "fba"):
            kinds = [k for k in ORDER_KINDS if KINDS[k].fulfillment == fulfillment]
            made = self._made(account, kinds)
            answer = self._ask("expected", key, made, fulfillment=fulfillment)
            sales |= answer["orders"]
            no_sales |= answer["not_sales"]
        return sales, no_sales

    # === WHAT FOLLOWS ORDERS === #

    def more(self, accounts, since):
        """What stands in Odoo beside orders.

        :param since: naive UTC datetime at which the import began
        :return: ``(counts, problems)``: rows ``(account, what, at Amazon, in Odoo)``,
            and sentences
        """
        counts, problems = [], []
        start = f"{(since - HISTORY).isoformat()}Z"
        for key, account in accounts.items():
            for what, there, here in (
                ("units returned", *self._returned(account, key, start)),
                ("articles in stock", *self._stocked(account, key)),
                ("VAT documents", *self._documents(account, key, start)),
            ):
                counts.append((account.name, what, len(there), len(here)))
                problems += [
                    f"{account.name}, {what}: {name} is {here.get(name)} in Odoo, "
                    f"{there[name]} at Amazon"
                    for name in sorted(there)
                    if there[name] != here.get(name)
                ]
            if account.missing_order_count:
                problems.append(
                    f"{account.name}: {account.missing_order_count} missing"
                )
        return counts, problems

    def _returned(self, account, key, start):
        """Dicts ``{(order, SKU, label): units}``."""
        there, here = Counter(), Counter()
        made = self._made(account, ("fba_returns",))
        answer = self._ask("expected_returns", key, made, start=start)
        for row in answer["rows"]:
            if not row["again"]:
                ref = row["amazon_order_id"]
                there[ref, row["sku"], row["license_plate"]] += row["quantity"]
        returns = self.env["amazon.return"].search([("account_id", "=", account.id)])
        for found in returns:
            plate = found.license_plate or ""
            here[found.order_ref, found.sku, plate] += found.quantity
        return there, here

    def _stocked(self, account, key):
        """Dicts ``{(pool, FNSKU): (sellable, unsellable)}``, as last counted."""
        there, here = {}, defaultdict(lambda: [0, 0])
        snapshots = self.env["amazon.stock.snapshot"].search(
            [("account_id", "=", account.id)]
        )
        made = self._made(account, ("fba_inventory",))
        pools = ask(self.simulator, "expected_stock", seller=key)["pools"]
        for pool in pools:
            # The order of snapshots: the latest first.
            last = snapshots.filtered(lambda s, pool=pool: s.stock_pool == pool)[:1]
            answer = self._ask("expected_stock", key, made & last.report_id)
            for fnsku, article in answer["pools"][pool]["articles"].items():
                there[pool, fnsku] = (article["sellable"], article["unsellable"])
            for level in last.level_ids:
                here[pool, level.fnsku][0] += int(level.qty_sellable)
                here[pool, level.fnsku][1] += int(level.qty_unsellable)
        return there, {name: tuple(here[name]) for name in there if name in here}

    def _documents(self, account, key, start):
        """Dicts ``{number or transaction: (net, tax, total)}``."""
        service = account.vat_service
        if service == "none":
            return {}, {}
        kind, model, theirs, ours = {
            "vcs": ("vcs_invoices", "amazon.vat.document", "number", "number"),
            "vcs_lite": (
                "vcs_lite",
                "amazon.vat.invoice",
                "transaction_id",
                "reference",
            ),
        }[service]
        made = self._made(account, (kind,))
        answer = self._ask("expected_documents", key, made, start=start)
        there = {
            entry[theirs]: tuple(
                Decimal(entry[name]) for name in ("net", "tax", "total")
            )
            for entry in answer["documents"]
            # Amazon tells some numbers of its invoices days later.
            if entry[theirs]
        }
        found = self.env[model].search([("account_id", "=", account.id)])
        here = {
            document[ours]: tuple(exact(document, name) for name in MONEY)
            for document in found
        }
        return there, here


def exact(order, name):
    """A monetary field of an order as a Decimal in its currency's decimals."""
    return Decimal(f"{order[name]:.{order.currency_id.decimal_places}f}")


def is_held(order):
    """Whether an order stays a quotation, with the reason, until its tax is clear."""
    return order.state == "draft" and bool(order.amazon_tax_problem)


def get_total(entry, found):
    """Amazon's total of an order, as `get_odoo_total` has it."""
    total = Decimal(entry["total"])
    if any(map(is_held, found)):
        total += Decimal(entry["withheld"] or 0)
    return total


def get_odoo_total(order):
    """The total of an order in Odoo; what the buyer pays, where it is held.

    Who owes its tax, the seller or Amazon, may be just what cannot be told.
    """
    total = exact(order, "amount_total")
    return total + exact(order, "amazon_tax_withheld") if is_held(order) else total


def check_order(ref, entry, found):
    """What is wrong with an order, as sentences."""
    if len(found) != 1:
        return [f"{ref}: {len(found)} times in Odoo"]
    pairs = {"total": (get_total(entry, found), get_odoo_total(found))}
    if not is_held(found):
        pairs |= {
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
        "state": ("sale", "sale" if is_held(found) else found.state),
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


def check_others(others, no_sales):
    """What is wrong with orders in Odoo that are no sales at Amazon, as sentences.

    :param others: dict ``{order number: sale.order}``
    :param no_sales: what Amazon says of them, by order number
    """
    wrong = []
    for ref, orders in sorted(others.items()):
        if ref not in no_sales:
            wrong.append(f"{ref}: in Odoo, but not at Amazon")
        elif orders.filtered(lambda order: order.state != "cancel"):
            wrong.append(f"{ref}: in Odoo, but {no_sales[ref]['why']} at Amazon")
    return wrong
