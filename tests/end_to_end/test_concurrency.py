"""Several workers at once: every order once, none missing."""

import threading
import time

import psycopg2
import pytest

from .conftest import new_env

MFN = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
ORDERS = 60


@pytest.fixture
def content(seller):
    """A report file of ``ORDERS`` orders for few products, so that stock is shared."""
    seller.sell(ORDERS, marketplace="DE", scenario="simple", sku="MUG-RED")
    return seller.report_file(MFN)


def archive(seller, content, count=2):
    """The same file, archived several times; committed."""
    reports = seller.env["amazon.report"]
    for number in range(count):
        reports |= reports.create_from_file(
            seller.account, "mfn_orders_eu", f"copy {number}.txt", content
        )
    seller.env.cr.commit()
    return reports


def at_once(registry, *tasks):
    """Runs ``task(env)`` for each in a thread with its own cursor; their results.

    A result is what the task returns or raises. Nothing is committed here.
    """
    start = threading.Barrier(len(tasks))
    results = [None] * len(tasks)

    def work(number, task):
        threading.current_thread().dbname = registry.db_name
        with new_env(registry) as env:
            start.wait(30)
            try:
                results[number] = task(env)
            except Exception as error:
                results[number] = error

    threads = [threading.Thread(target=work, args=item) for item in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert not any(thread.is_alive() for thread in threads)
    return results


def process_as_the_scheduled_action(env):
    def commit(*_counts):
        env.cr.commit()
        return 60

    env["amazon.report"]._process_ready(commit)


def test_two_scheduled_actions_import_the_same_file(registry, seller, content):
    reports = archive(seller, content)
    results = at_once(registry, *[process_as_the_scheduled_action] * 2)
    assert results == [None, None]
    # What collided too often is left to the next run.
    seller.work()
    reports.invalidate_recordset()
    assert reports.mapped("state") == ["done", "done"]
    assert set(reports.row_ids.mapped("outcome")) == {"created", "unchanged"}
    assert sum(reports.mapped("created_count")) == reports[0].row_count
    assert seller.problems() == []


def test_two_users_import_the_same_file(registry, seller, content):
    """Two long transactions that cannot see each other: one has to give way."""
    reports = archive(seller, content)

    def process(report_id):
        def task(env):
            env["amazon.report"].browse(report_id).process()
            env.cr.commit()

        return task

    at_once(registry, *[process(report_id) for report_id in reports.ids])
    seller.env.cr.commit()
    assert seller.problems() == []
    # Whoever gave way has a report that can be processed again, and says so.
    late = reports.filtered(lambda report: report.state != "done")
    assert len(late) <= 1
    assert set(late.row_ids.mapped("outcome")) <= {"waiting"}
    late.filtered("row_ids")._process_again()
    seller.env.cr.commit()
    seller.work()
    assert reports.mapped("state") == ["done", "done"]
    assert seller.problems() == []


@pytest.mark.parametrize(
    ("model", "index"),
    [
        ("sale.order", "sale_order_amazon_order_ref_unique"),
        ("sale.order.line", "sale_order_line_amazon_row_unique"),
    ],
)
def test_the_database_itself_refuses_the_second_insert(registry, seller, model, index):
    env = seller.env
    partner = env["res.partner"].create({"name": "Somebody"})
    product = env["product.product"].search([("default_code", "=", "MUG-RED")])
    order = env["sale.order"].create({"partner_id": partner.id})
    env.cr.commit()
    values = {
        "sale.order": {
            "partner_id": partner.id,
            "amazon_order_ref": f"302-{seller.account.id:07d}-0000001",
        },
        "sale.order.line": {
            "order_id": order.id,
            "product_id": product.id,
            "amazon_row_key": "12345678901234",
            "amazon_line_type": "item",
        },
    }[model]

    def insert(env):
        env[model].create(values)
        env.flush_all()

    insert(env)
    with new_env(registry) as other:
        errors = []

        def insert_too():
            try:
                insert(other)
            except psycopg2.Error as error:
                errors.append(error)

        thread = threading.Thread(target=insert_too)
        thread.start()
        time.sleep(1)
        assert thread.is_alive(), "the second insert does not wait for the first"
        env.cr.commit()
        thread.join(30)
        assert not thread.is_alive()
    (error,) = errors
    assert isinstance(error, psycopg2.errors.UniqueViolation)
    assert error.diag.constraint_name == index
