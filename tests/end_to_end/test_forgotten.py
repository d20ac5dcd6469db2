"""After the period, a dump of the database and the filestore name no buyer."""

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest

MFN = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
#: Of each buyer: what stands in the columns, with the number of the row.
PERSON = {
    "buyer-name": "Quirin Zwiebelmayer{}",
    "recipient-name": "Walburga Zwiebelmayer{}",
    "buyer-email": "zwiebelmayer{}@marketplace.amazon.de",
    "ship-address-1": "Nachtigallenstieg {}",
    "buyer-phone-number": "+49 89 998877665{}",
    "ship-phone-number": "+49 89 998877665{}",
}
SECRETS = (b"zwiebelmayer", b"nachtigallenstieg", b"998877665")
DAYS = "interval '60 days'"


def name_buyers(content):
    """Return a report's file with buyers that no other test has."""
    reader = csv.DictReader(
        io.StringIO(content.decode("cp1252")), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    assert PERSON.keys() & set(reader.fieldnames) > {"recipient-name"}
    lines = ["\t".join(reader.fieldnames)]
    for number, row in enumerate(reader):
        told = {n: text.format(number) for n, text in PERSON.items() if n in row}
        lines.append("\t".join((row | told).values()))
    return "\n".join([*lines, ""]).encode("cp1252")


def find_programs(databases):
    program = shutil.which("pg_dump", path=databases.environment.server.programs)
    program = program or shutil.which("pg_dump")
    if not program:
        pytest.skip("pg_dump is not found: install PostgreSQL's client programs")
    return program


@pytest.fixture
def find_left(env, databases):
    """Function that returns where the buyers still stand."""
    from odoo.tools import config

    program = find_programs(databases)
    name = env.cr.dbname
    filestore = Path(config.filestore(name))

    def find():
        env.cr.commit()
        dump = subprocess.run(
            [program, "--no-owner", name],
            env=databases.environment.server.environment(),
            cwd="/",
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        assert b"PostgreSQL database dump complete" in dump
        table, found = b"", set()
        for line in dump.splitlines():
            if line.startswith(b"COPY "):
                table = line.split()[1]
            if any(secret in line.lower() for secret in SECRETS):
                found.add(table.decode())
        for path in filestore.glob("*/*"):
            if path.is_file() and any(
                secret in path.read_bytes().lower() for secret in SECRETS
            ):
                found.add("filestore")
        return found

    return find


def deliver(order):
    for move in order.picking_ids.move_ids:
        move.write({"quantity": move.product_uom_qty, "picked": True})
    order.picking_ids._action_done()


def let_time_pass(env):
    """Set back what tells when orders were delivered and reports were made."""
    env.cr.commit()
    for table, column in (
        ("sale_order", "date_order"),
        ("sale_order", "write_date"),
        ("sale_order", "amazon_latest_ship_date"),
        ("sale_order", "amazon_latest_delivery_date"),
        ("stock_picking", "date_done"),
        ("stock_picking", "write_date"),
        ("amazon_report", "create_date"),
        ("bus_bus", "create_date"),
    ):
        env.cr.execute(f"UPDATE {table} SET {column} = {column} - {DAYS}")
    env.invalidate_all()
    # Odoo's own daily vacuum: what was sent to open browsers.
    env["bus.bus"]._gc_messages()
    env.cr.commit()


def test_dump_and_filestore_name_nobody(env, seller, find_left):
    refs = set(seller.sell(6, marketplace="DE"))
    assert find_left() == set()
    report = env["amazon.report"].create_from_file(
        seller.account, "mfn_orders_eu", "o.txt", name_buyers(seller.report_file(MFN))
    )
    report.process()
    orders = seller.orders()
    assert set(orders.mapped("amazon_order_ref")) & refs
    delivered, cancelled = orders[0], orders[1]
    delivered.message_post(body="Zwiebelmayer called", message_type="comment")
    deliver(delivered)
    cancelled._action_cancel()
    total = sum(orders.mapped("amount_total"))
    assert find_left() >= {
        "filestore",
        "public.amazon_report_row",
        "public.mail_message",
        "public.res_partner",
    }
    # What is not due stays.
    env["amazon.account"]._cron_forget_personal_data()
    assert "public.res_partner" in find_left()
    let_time_pass(env)
    env["amazon.account"]._cron_forget_personal_data()
    assert all(orders.mapped("amazon_forgotten_at"))
    assert sum(orders.mapped("amount_total")) == total
    assert find_left() == set()
