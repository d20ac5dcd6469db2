"""Odoo's workers at their work, killed in the middle of it, and what must hold then."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from datetime import timedelta, timezone
from pathlib import Path

from odoo.addons.amazon_order_import.report_formats.kinds import ORDER_KINDS

from setup.lib.demo_check import HISTORY, check_order, check_others
from tests.simulator.control import expected
from tests.simulator.testing import PDF

from .conftest import new_env
from .seller import Seller, add_documents_seller

MFN = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
SECONDS = 180
#: What nobody has begun yet must not be waited for.
HURRY = (
    """
    UPDATE amazon_report SET next_attempt = NULL WHERE id IN (
        SELECT id FROM amazon_report
         WHERE state = 'requested' AND next_attempt IS NOT NULL
           FOR UPDATE SKIP LOCKED)
    """,
    """
    UPDATE amazon_invoice_upload SET next_attempt = NULL WHERE id IN (
        SELECT id FROM amazon_invoice_upload
         WHERE state IN ('queued', 'sending') AND next_attempt IS NOT NULL
           FOR UPDATE SKIP LOCKED)
    """,
    """
    UPDATE amazon_api_call SET called_at = called_at - interval '12 hours'
     WHERE id IN (SELECT id FROM amazon_api_call FOR UPDATE SKIP LOCKED)
    """,
)
#: What no moment may show: queries that find nothing, by what they would find.
NEVER = {
    "rows and position of a report differ": """
        SELECT report.id, report.next_row, COUNT(row.id)
          FROM amazon_report report
          LEFT JOIN amazon_report_row row
               ON row.report_id = report.id AND row.is_ahead IS NOT TRUE
         WHERE report.state = 'processing' AND report.account_id = ANY(%(accounts)s)
           AND report.only_open_rows IS NOT TRUE
         GROUP BY report.id HAVING COUNT(row.id) != report.next_row
        """,
    "an imported row without its order": """
        SELECT row.id FROM amazon_report_row row
          JOIN amazon_report report ON report.id = row.report_id
         WHERE row.account_id = ANY(%(accounts)s)
           AND report.kind IN ('mfn_orders_eu', 'fba_orders_eu')
           AND row.outcome IN ('created', 'updated', 'unchanged')
           AND row.code IS DISTINCT FROM 'settled_elsewhere'
           AND row.sale_order_id IS NULL
        """,
    "an order of no row": """
        SELECT o.amazon_order_ref FROM sale_order o
         WHERE o.amazon_account_id = ANY(%(accounts)s) AND NOT EXISTS (
               SELECT FROM amazon_report_row row WHERE row.sale_order_id = o.id)
        """,
    "an order whose lines do not give its total": """
        SELECT o.amazon_order_ref, o.amount_total, SUM(line.price_total)
          FROM sale_order o
          LEFT JOIN sale_order_line line ON line.order_id = o.id
         WHERE o.amazon_account_id = ANY(%(accounts)s)
         GROUP BY o.id
        HAVING ABS(o.amount_total - COALESCE(SUM(line.price_total), -1)) > 0.004
        """,
    "a confirmed order that nobody delivers": """
        SELECT o.amazon_order_ref FROM sale_order o
         WHERE o.amazon_account_id = ANY(%(accounts)s)
           AND o.state = 'sale' AND o.amazon_fulfillment = 'mfn'
           AND NOT EXISTS (SELECT FROM stock_picking p WHERE p.sale_id = o.id)
        """,
    "goods of an FBA order on their way": """
        SELECT o.amazon_order_ref, move.state FROM sale_order o
          JOIN sale_order_line line ON line.order_id = o.id
          JOIN stock_move move ON move.sale_line_id = line.id
         WHERE o.amazon_account_id = ANY(%(accounts)s)
           AND o.amazon_fulfillment = 'fba' AND move.state NOT IN ('done', 'cancel')
        """,
    "a line booked otherwise than it is noted": """
        SELECT o.amazon_order_ref, line.amazon_booked_qty, SUM(move.quantity)
          FROM sale_order o
          JOIN sale_order_line line ON line.order_id = o.id
          LEFT JOIN stock_move move
               ON move.sale_line_id = line.id AND move.state = 'done'
         WHERE o.amazon_account_id = ANY(%(accounts)s)
           AND o.amazon_stock_policy = 'move' AND o.amazon_fulfillment = 'fba'
         GROUP BY o.id, line.id
        HAVING COALESCE(line.amazon_booked_qty, 0) != COALESCE(SUM(move.quantity), 0)
        """,
    "a product booked otherwise than its reports note": """
        SELECT noted.product_id, noted.quantity, booked.quantity
          FROM (SELECT line.product_id, SUM(line.amazon_booked_qty) AS quantity
                  FROM sale_order o JOIN sale_order_line line ON line.order_id = o.id
                 WHERE o.amazon_account_id = ANY(%(accounts)s)
                   AND o.amazon_stock_policy = 'summary'
                   AND line.amazon_booked_qty != 0
                 GROUP BY line.product_id) noted
          FULL JOIN (SELECT move.product_id, SUM(move.quantity) AS quantity
                  FROM stock_move move
                  JOIN amazon_report report ON report.id = move.amazon_report_id
                 WHERE report.account_id = ANY(%(accounts)s)
                   AND report.kind = 'fba_orders_eu'
                   AND move.state = 'done' GROUP BY move.product_id) booked
               ON booked.product_id = noted.product_id
         WHERE noted.quantity IS DISTINCT FROM booked.quantity
        """,
    "an entry that is not whole": """
        SELECT move.id, move.state FROM account_move move
         WHERE move.id IN (
               SELECT move_id FROM amazon_vat_document
                WHERE account_id = ANY(%(accounts)s)
                UNION SELECT move_id FROM amazon_vat_invoice
                WHERE account_id = ANY(%(accounts)s))
           AND (move.state != 'posted' OR 0 != (
               SELECT SUM(balance) FROM account_move_line line
                WHERE line.move_id = move.id))
        """,
    "an entry of an Amazon order that belongs to no document": """
        SELECT DISTINCT move.id, move.name FROM account_move move
          JOIN account_move_line line ON line.move_id = move.id
          JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = line.id
          JOIN sale_order_line sold ON sold.id = rel.order_line_id
          JOIN sale_order o ON o.id = sold.order_id
         WHERE o.amazon_account_id = ANY(%(accounts)s)
           AND NOT EXISTS (SELECT FROM amazon_vat_document
                            WHERE move_id = move.id)
           AND NOT EXISTS (SELECT FROM amazon_vat_invoice WHERE move_id = move.id)
        """,
    "a forgotten order whose rows tell of the buyer": """
        SELECT o.amazon_order_ref, row.id FROM sale_order o
          JOIN amazon_report_row row ON row.sale_order_id = o.id
         WHERE o.amazon_account_id = ANY(%(accounts)s)
           AND row.create_date < o.amazon_forgotten_at
           AND row.is_forgotten IS NOT TRUE
        """,
}


class Workers:
    """Odoo's server as in production: a master, and workers that can be killed."""

    def __init__(self, databases, name, log, cron_threads=2):
        self.databases, self.name, self.log = databases, name, log
        environment = databases.environment
        self.process = subprocess.Popen(
            environment.command(
                f"--database={name}",
                "--no-http",
                "--workers=1",
                f"--max-cron-threads={cron_threads}",
                f"--logfile={log}",
            ),
            cwd=environment.checkout,
            env=environment.variables(),
        )

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)

    def pids(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return (
            [int(pid) for pid in children.read_text().split()]
            if (children.exists())
            else []
        )

    def backends(self, condition="xact_start IS NOT NULL"):
        """PostgreSQL's processes that serve a worker in a transaction."""
        names = ", ".join(f"'odoo-{pid}'" for pid in self.pids()) or "''"
        return self.databases.server.query(
            "SELECT pid, datname FROM pg_stat_activity "
            f"WHERE application_name IN ({names}) AND {condition}"
        )

    def are_busy(self):
        # A scheduled action that runs holds two: its lock, and its work.
        return any(name == self.name for _pid, name in self.backends())

    def kill(self):
        """SIGKILL for all workers; returns whether one of them was at work."""
        names = ", ".join(f"'odoo-{pid}'" for pid in self.pids()) or "''"
        busy = self.are_busy()
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        # What they had begun is gone when PostgreSQL has noticed.
        deadline = time.monotonic() + 30
        while self.databases.server.query(
            "SELECT pid FROM pg_stat_activity WHERE datname = "
            f"'{self.name}' AND application_name IN ({names})"
        ):
            assert time.monotonic() < deadline, "PostgreSQL keeps what was killed"
            time.sleep(0.05)
        return busy

    def errors(self):
        """What the server's log calls an error, as lines."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return [
            line
            for line in text.splitlines()
            if " ERROR " in line or " CRITICAL " in line
        ]


class Killing:
    """Sellers whose work goes through all of the addon, one piece after the other.

    :param registry: of the database that `Workers` work on
    :param amazon: ``Simulator``
    """

    PHASES = ("request", "shipments", "file", "documents", "invoices", "forget")

    def __init__(self, registry, env, amazon, workers, seed=1):
        self.registry, self.env, self.amazon = registry, env, amazon
        self.workers = workers
        self.rng = random.Random(seed)
        self.durations = dict.fromkeys(self.PHASES, 3.0)
        self.kills, self.hits = Counter(), Counter()
        self.actions = ()
        #: Up to when reports have told of a seller's orders, by fulfilment.
        self.told_until = {}
        #: Reports that were not asked for by Odoo.
        self.own = set()
        amazon.state.settings.update(fba_throttle=False, token_seconds=10**8)
        amazon.state.settings.update(queue_polls=0, progress_polls=0)
        self._connect()

    def _connect(self):
        env, amazon = self.env, self.amazon
        self.plain = Seller(env, amazon, "eu")
        self.documents = Seller(env, amazon, add_documents_seller(amazon))
        self.invoices = Seller(env, amazon, "eu-vcs")
        self.sellers = (self.plain, self.documents, self.invoices)
        self.documents.account.write({"vat_service": "vcs"})
        self.invoices.account.write(
            {"vat_service": "vcs_lite", "invoice_upload": "manual"}
        )
        for seller in self.sellers:
            seller.account.order_workflow = "confirm"
        env.cr.commit()

    # === WORK === #

    def begin(self, phase, count=6):
        """Something new to do of this kind; the workers begin with it at once."""
        self.reports = self.env["amazon.report"]
        self.actions = ("check_reports", "process_reports")
        getattr(self, f"_begin_{phase}")(count)
        for report in self.reports.filtered("date_to"):
            seller = next(s for s in self.sellers if s.account == report.account_id)
            if report.kind in ORDER_KINDS:
                self.note_told(seller, report.kind[:3], report.date_to)
        self.env.cr.commit()
        self.wake()

    def _begin_request(self, count):
        self.plain.sell(count, marketplace="DE")
        self.reports = self.plain.request("mfn_orders_eu")

    def _begin_shipments(self, count):
        account = self.plain.account
        policies = ("move", "summary")
        number = self.kills["shipments"]
        account.fba_stock_policy = policies[number % len(policies)]
        self.plain.sell(count, fulfillment="fba", marketplace="DE")
        self.reports = self.plain.request("fba_orders_eu")

    def _begin_file(self, count):
        self.plain.sell(count, marketplace="DE")
        made = self.amazon.state.reports
        before = {report.id for report in made.values()}
        content = self.plain.report_file(MFN)
        # See the simulator's Caller.
        moment = self.amazon.clock.now().replace(tzinfo=None) - timedelta(minutes=2)
        self.note_told(self.plain, "mfn", moment)
        self.own |= {report.id for report in made.values()} - before
        for number in range(2):
            self.reports |= self.reports.create_from_file(
                self.plain.account, "mfn_orders_eu", f"file {number}.txt", content
            )

    def _begin_documents(self, count):
        # Amazon tells of documents when their day is over.
        age = 2 * 86400 + self.kills["documents"]
        self.documents.sell(count, fulfillment="fba", marketplace="DE", age=age)
        now = self.env.cr.now().replace(microsecond=0)
        self.reports = (
            self.env["amazon.report.request"]
            .create(
                {
                    "account_id": self.documents.account.id,
                    "kind": "vcs_invoices",
                    "day_from": now.date() - HISTORY,
                    "day_to": now.date() - timedelta(days=1),
                }
            )
            .report_ids
        )
        self.reports |= self.documents.request("fba_orders_eu")

    def _begin_invoices(self, count):
        """Documents of VCS Lite: made, printed, and sent to Amazon."""
        seller = self.invoices
        seller.sell(max(count // 3, 1), fulfillment="fba", marketplace="DE")
        self.reports = seller.request("fba_orders_eu") | seller.request("vcs_lite")
        self.actions = (*self.actions, "upload_invoices")
        seller.account.invoice_upload = "auto"

    def _begin_forget(self, _count):
        self.actions = ("forget_personal_data",)
        self.env.cr.execute(
            """
            UPDATE amazon_parcel parcel
               SET estimated_arrival = estimated_arrival - interval '60 days'
              FROM sale_order o
             WHERE o.id = parcel.order_id AND o.amazon_forgotten_at IS NULL
               AND o.amazon_account_id = %s
            """,
            [self.plain.account.id],
        )
        self.env.invalidate_all()

    def wake(self):
        """What waits for Amazon or for its turn goes on now."""
        self.env.cr.commit()
        for statement in HURRY:
            self.env.cr.execute(statement)
        self.env.cr.commit()
        self.env.invalidate_all()
        self._print()
        for action in self.actions:
            self.env.ref(f"amazon_order_import.ir_cron_{action}")._trigger()
        self.env.cr.commit()

    def _print(self):
        """Odoo's archive gets PDF files of ours: wkhtmltopdf may be missing."""
        domain = [("account_id", "=", self.invoices.account.id)]
        moves = self.env["amazon.vat.invoice"].search(domain).move_id
        attachments = self.env["ir.attachment"]
        known = attachments.search(
            [
                ("res_model", "=", "account.move"),
                ("res_field", "=", "invoice_pdf_report_file"),
                ("res_id", "in", moves.ids),
            ]
        ).mapped("res_id")
        attachments.create(
            [
                {
                    "name": "invoice.pdf",
                    "raw": PDF,
                    "mimetype": "application/pdf",
                    "res_model": "account.move",
                    "res_id": move.id,
                    "res_field": "invoice_pdf_report_file",
                }
                for move in moves
                if move.id not in known
            ]
        )
        self.env["amazon.invoice.upload"].search(
            [*domain, ("reason_code", "=", "not_made")]
        ).action_upload()

    def kill_in_the_middle(self, phase):
        """Kill the workers at a random moment of a piece of work that just began."""
        moment = time.monotonic() + self.rng.random() * self.durations[phase]
        while (left := moment - time.monotonic()) > 0:
            time.sleep(min(left, 1.0))
            if left > 1.0:
                self.wake()
        hit = self.workers.kill()
        self.kills[phase] += 1
        self.hits[phase] += hit
        return hit

    def settle(self, phase):
        """Wait until the workers have done all; says what is wrong otherwise."""
        start = time.monotonic()
        pause = 1
        while (is_open := self.is_open()) or self.workers.are_busy():
            assert time.monotonic() < start + SECONDS, self.describe_open()
            assert self.workers.process.poll() is None, "Odoo's server has ended"
            if is_open:
                self.wake()
                pause = min(pause * 1.5, 10)
            time.sleep(pause if is_open else 0.2)
        seconds = time.monotonic() - start
        # The next kill comes at some moment of what this took, at most.
        self.durations[phase] = max(0.5, min(seconds, 8.0))

    def is_open(self):
        self.env.cr.commit()
        self.env.invalidate_all()
        accounts = [seller.account.id for seller in self.sellers]
        domain = [("account_id", "in", accounts)]
        return bool(
            self.env["amazon.report"].search_count(
                [*domain, ("state", "in", ("requested", "ready", "processing"))]
            )
            or (
                "upload_invoices" in self.actions
                and (
                    self.env["amazon.invoice.upload"].search_count(
                        [*domain, ("state", "in", ("queued", "sending"))]
                    )
                    or self.env["amazon.vat.invoice"].search_count(
                        [*domain, ("move_id", "=", False)]
                    )
                )
            )
            or (
                "forget_personal_data" in self.actions
                and self.env["sale.order"]._find_due_amazon_orders(
                    self.plain.account, 1, self.env["sale.order"]
                )
            )
        )

    def describe_open(self):
        reports = self.env["amazon.report"].search(
            [("state", "in", ("requested", "ready", "processing"))]
        )
        uploads = self.env["amazon.invoice.upload"].search([])
        documents = self.env["amazon.vat.invoice"].search([("move_id", "=", False)])
        return "It takes too long: " + repr(
            [
                reports.mapped(lambda r: (r.id, r.kind, r.state, str(r.last_error))),
                uploads.mapped(lambda u: (u.id, u.state, str(u.reason))),
                documents.mapped(lambda d: (d.id, d.state, d.state_note)),
                self.workers.errors()[-5:],
            ]
        )

    # === WHAT MUST HOLD === #

    def half_done(self):
        """What no moment may show, as sentences; at any time."""
        with new_env(self.registry) as env:
            found = []
            for what, query in NEVER.items():
                env.cr.execute(
                    query, {"accounts": [s.account.id for s in self.sellers]}
                )
                found += [(what, row) for row in env.cr.fetchall()]
        return found + self.sent_twice()

    def sent_twice(self):
        """Documents that Amazon was sent more than once."""
        told = Counter(
            (upload.seller_key, upload.options.get("metadata:InvoiceNumber"))
            for upload in self.amazon.state.uploads
        )
        return [("sent twice", key) for key, count in told.items() if count > 1]

    def asked_twice(self):
        """Reports that Amazon made and Odoo does not know of."""
        reports = self.env["amazon.report"].search([])
        known = self.own | set(reports.mapped("amazon_report_id"))
        return [
            ("asked twice", report.type, report.id)
            for report in self.amazon.state.reports.values()
            if report.id not in known
        ]

    def wrong_orders(self, seller):
        """Orders that are not as Amazon's reports told them.

        Parcels go on leaving meanwhile, which the next report tells.
        """
        orders = seller.orders().grouped("amazon_order_ref")
        sales, no_sales = {}, {}
        for fulfillment in ("mfn", "fba"):
            end = self.told_until.get((seller, fulfillment))
            if end:
                answer = expected(
                    self.amazon.state, seller.simulated, "", fulfillment, end=end
                )
                sales |= answer["orders"]
                no_sales |= answer["not_sales"]
        wrong = []
        for ref, entry in sales.items():
            wrong += check_order(ref, entry, orders.get(ref, self.env["sale.order"]))
        others = {ref: orders[ref] for ref in set(orders) - set(sales)}
        return wrong + check_others(others, no_sales)

    def note_told(self, seller, fulfillment, moment):
        """Amazon has told of what became reportable up to this moment, naive UTC."""
        key = seller, fulfillment
        moment = moment.replace(tzinfo=timezone.utc)
        self.told_until[key] = max(moment, self.told_until.get(key, moment))

    def problems(self):
        """What is not as it must be once all is done, as sentences."""
        self.env.cr.commit()
        self.env.invalidate_all()
        found = self.half_done() + self.asked_twice()
        for seller in self.sellers:
            found += self.wrong_orders(seller)
        rows = self.env["amazon.report.row"].search(
            [
                ("account_id", "in", [seller.account.id for seller in self.sellers]),
                ("report_id.kind", "in", ORDER_KINDS),
                ("outcome", "in", ("waiting", "error")),
            ]
        )
        return found + rows.mapped(lambda row: (row.display_name, str(row.message)))
