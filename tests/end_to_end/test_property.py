"""However the same rows come, in whatever files, Odoo ends up the same."""

import csv
import io
import os
import random
from collections import Counter

import pytest

from setup.lib.demo_amazon import tell
from tests.simulator.testing import FBA_EU, FBA_RETURNS, MFN_EU, VCR

from .seller import Seller, add_documents_seller

#: As many as wanted, e.g. 200.
TRIALS = int(os.environ.get("AMAZON_ORDERINGS", "4"))
SEED = int(os.environ.get("AMAZON_ORDERINGS_SEED", "7"))
KINDS = {
    "mfn_orders_eu": MFN_EU,
    "fba_orders_eu": FBA_EU,
    "vcs_invoices": VCR,
    "fba_returns": FBA_RETURNS,
}
#: Those with personal data.
PERSONAL = (MFN_EU, FBA_EU, VCR)
#: The most files that one report is cut into.
MOST_PARTS = 4
DAYS = 86400


@pytest.fixture
def story(env, amazon):
    """A seller with orders, documents and returns, and the files that tell of them."""
    amazon.state.settings.update(fba_throttle=False, token_seconds=10**8)
    seller = Seller(env, amazon, add_documents_seller(amazon))
    seller.account.write(
        {
            "vat_service": "vcs",
            "vat_document_policy": "create",
            "fba_stock_policy": "move",
            "order_workflow": "confirm",
        }
    )
    seller.sell(7, marketplace="DE", age=4 * DAYS)
    refs = seller.sell(7, fulfillment="fba", marketplace="DE", age=4 * DAYS)
    for ref in refs[:3]:
        tell(amazon.url, "returns", seller=seller.key, order_id=ref, age=3 * DAYS)
    files = {
        kind: seller.report_file(name, name in PERSONAL).splitlines(keepends=True)
        for kind, name in KINDS.items()
    }
    env.cr.commit()
    return seller, files


def cut(rng, files):
    """The rows of files in other files: cut, mixed up, some rows and files twice."""
    parts = []
    for kind, (head, *rows) in files.items():
        groups = gather(kind, head, rows)
        rng.shuffle(groups)
        most = min(rng.randrange(MOST_PARTS), len(groups) - 1)
        bounds = sorted(rng.sample(range(1, len(groups)), most))
        for start, end in zip([0, *bounds], [*bounds, len(groups)], strict=True):
            overlap = rng.sample(groups, rng.randrange(0, len(groups) // 3 + 1))
            part = groups[start:end] + [
                group for group in overlap if group not in groups[start:end]
            ]
            parts.append((kind, b"".join([head, *(b"".join(group) for group in part)])))
    parts += rng.sample(parts, rng.randrange(0, 3))
    rng.shuffle(parts)
    return parts


def gather(kind, head, rows):
    """The rows that Amazon never parts: those of a document; each other one alone."""
    if kind != "vcs_invoices":
        return [[row] for row in rows]
    table = csv.DictReader(io.StringIO(b"".join([head, *rows]).decode("utf-8-sig")))
    groups = {}
    for row, cells in zip(rows, table, strict=True):
        groups.setdefault(cells["VAT Invoice Number"], []).append(row)
    return list(groups.values())


def import_parts(seller, parts):
    reports = seller.env["amazon.report"]
    for number, (kind, content) in enumerate(parts):
        report = reports.create_from_file(
            seller.account, kind, f"{kind} {number}.txt", content
        )
        report.process()
        reports |= report
    # What the scheduled action does by itself, once more than needed.
    seller.env["amazon.report"]._process_ready(lambda *_counts, **_named: 60)
    seller.env["amazon.account"].search([])._do_after_reports(lambda *_counts: 60)
    seller.env.flush_all()
    seller.env.invalidate_all()
    return reports


def money(amount):
    return f"{amount:.2f}"


def snapshot(seller):
    """All that the files have made, without ids and times of the import."""
    env, account = seller.env, seller.account
    orders = seller.orders()
    documents = env["amazon.vat.document"].search([("account_id", "=", account.id)])
    returns = env["amazon.return"].search([("account_id", "=", account.id)])
    moves = env["stock.move"].search(
        [
            "|",
            "|",
            ("sale_line_id.order_id", "in", orders.ids),
            ("amazon_report_id.account_id", "=", account.id),
            ("id", "in", returns.move_ids.ids),
        ]
    )
    return {
        "orders": {
            order.amazon_order_ref: (
                order.state,
                order.amazon_fulfillment,
                money(order.amount_untaxed),
                money(order.amount_tax),
                money(order.amazon_tax_withheld),
                str(order.amazon_tax_problem or ""),
                order.partner_id.name,
                order.partner_shipping_id.city,
            )
            for order in orders
        },
        "lines": Counter(
            (
                line.order_id.amazon_order_ref,
                line.amazon_row_key,
                line.amazon_line_type,
                line.product_id.default_code,
                line.product_uom_qty,
                money(line.price_total),
                line.qty_delivered,
            )
            for line in orders.order_line
        ),
        "moves": Counter(
            {
                key: sum(move.quantity or move.product_uom_qty for move in group)
                for key, group in moves.grouped(
                    lambda move: (
                        move.sale_line_id.order_id.amazon_order_ref,
                        move.product_id.default_code,
                        move.location_id.complete_name,
                        move.location_dest_id.complete_name,
                        move.state,
                    )
                ).items()
            }
        ),
        "documents": {
            document.number: (
                document.document_type,
                money(document.amount_untaxed),
                money(document.amount_tax),
                document.sale_order_id.amazon_order_ref,
                document.entry_state,
                document.move_id.move_type,
                document.move_id.state,
                money(document.move_id.amount_total_signed),
                sorted(
                    (line.account_id.code, money(line.balance))
                    for line in document.move_id.line_ids
                ),
            )
            for document in documents
        },
        "returns": Counter(
            (
                found.order_ref,
                found.sku,
                found.license_plate,
                found.quantity,
                found.disposition,
                found.sale_order_id.amazon_order_ref,
                len(found.move_ids),
            )
            for found in returns
        ),
    }


def differences(expected, found):
    """What of two snapshots differs, as sentences."""
    wrong = []
    for name, ours in expected.items():
        theirs = found[name]
        for key in sorted(set(ours) | set(theirs), key=str):
            if ours.get(key) != theirs.get(key):
                wrong.append((name, key, ours.get(key), theirs.get(key)))
    return wrong


class _Undone(Exception):
    pass


def outcome(seller, parts):
    """What files make; nothing of it stays."""
    result = {}
    try:
        with seller.env.cr.savepoint():
            import_parts(seller, parts)
            result = snapshot(seller)
            raise _Undone
    except _Undone:
        seller.env.invalidate_all()
    return result


def test_any_files_with_the_same_rows_make_the_same(story):
    seller, files = story
    whole = [(kind, b"".join(lines)) for kind, lines in files.items()]
    expected = outcome(seller, whole)
    assert all(expected.values()), {name: len(part) for name, part in expected.items()}
    rng = random.Random(SEED)
    for number in range(TRIALS):
        parts = cut(rng, files)
        found = outcome(seller, parts)
        wrong = differences(expected, found)
        assert not wrong, (number, [kind for kind, _content in parts], wrong)
