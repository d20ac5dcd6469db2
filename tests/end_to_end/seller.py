"""A seller's account in Odoo and what happens to it, for tests."""

import gzip
from datetime import timedelta

import requests

from setup.lib.demo_amazon import tell
from setup.lib.demo_check import HISTORY, Comparison
from setup.lib.demo_seller import ensure_account
from tests.simulator.control import expected, seller_body
from tests.simulator.testing import Caller


def add_documents_seller(amazon):
    """Adds a seller without orders whom Amazon issues invoices for; its key."""
    key = "eu-docs"
    tell(
        amazon.url,
        "sellers",
        key=key,
        like="eu-vcs",
        seller_id="A6SIMEUDOCSSELL",
        vat_service="vcs",
        history_days=-1,
    )
    return key


class Seller:
    """The simulated seller ``key`` with its ``amazon.account`` in Odoo.

    :param env: environment whose transactions are committed here.
    :param amazon: ``Simulator``.
    """

    def __init__(self, env, amazon, key="eu"):
        self.env = env
        self.amazon = amazon
        self.key = key
        self.simulated = amazon.state.seller(key)
        self.account = ensure_account(env, amazon.url, seller_body(self.simulated))
        env.cr.commit()

    def sell(self, count=3, **particulars):
        """Places orders at the simulated Amazon; returns their order numbers."""
        orders = self.amazon.state.market.place(
            self.simulated, self.amazon.clock.now(), count, **particulars
        )
        return [order.order_id for order in orders]

    def request(self, kind="mfn_orders_eu"):
        """Requests a report of the last three weeks; returns ``amazon.report``."""
        now = self.env.cr.now().replace(microsecond=0)
        request = self.env["amazon.report.request"].create(
            {
                "account_id": self.account.id,
                "kind": kind,
                "date_from": now - HISTORY,
                "date_to": now,
            }
        )
        self.env.cr.commit()
        return request.report_ids

    def work(self, rounds=1):
        """Lets the scheduled actions run, as the server does every five minutes."""
        for _round in range(rounds):
            self._wait([("last_error", "=", False)])
            for action in ("check", "process"):
                cron = self.env.ref(f"amazon_order_import.ir_cron_{action}_reports")
                failure = cron.method_direct_trigger()
                assert not isinstance(failure, dict), failure
                # It works in a transaction of its own: ours has to see what it did.
                self.env.cr.commit()

    def wait(self):
        """The time passes that Amazon asked to wait, and its quotas fill up again."""
        for call in self.env["amazon.api.call"].search([]):
            call.called_at -= timedelta(hours=12)
        self._wait([])

    def _wait(self, domain):
        """The time passes for which some reports wait."""
        domain = [("next_attempt", "!=", False), *domain]
        self.env["amazon.report"].search(domain).next_attempt = False
        self.env.cr.commit()

    def problems(self):
        """What in Odoo is not as the simulator says it must be, as sentences."""
        accounts = {self.key: self.account}
        comparison = Comparison(self.env, self.amazon.url)
        _channels, _refs, problems = comparison.orders(accounts)
        return problems

    def orders(self):
        return self.env["sale.order"].search(
            [("amazon_account_id", "=", self.account.id)]
        )

    def expected(self):
        """What must stand in Odoo, by order number."""
        return expected(self.amazon.state, self.simulated)["orders"]

    def calls(self, operation):
        """The requests for an operation that the simulator has received."""
        return [
            entry
            for entry in self.amazon.state.requests
            if entry["operation"] == operation
        ]

    def report_file(self, report_type, restricted=True):
        """The bytes of a report file with all orders up to now."""
        caller = Caller(self.amazon.url, self.key)
        document = caller.finish(caller.create(report_type))["reportDocumentId"]
        link = caller.link(document, restricted)
        content = requests.get(link["url"], timeout=60).content
        if link.get("compressionAlgorithm") == "GZIP":
            content = gzip.decompress(content)
        return content
