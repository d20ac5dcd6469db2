"""A year of operation in minutes: time stands still and is moved on by hand.

Odoo's clock, the database's as Odoo sees it, and the simulated Amazon's go together.
To be quick, most of the time Odoo sleeps for five days at a stretch and then has to
make up for them, which is harder than running all the time; one day of each half-year
goes in steps of two hours. Within a step, the scheduled actions run and wait as they
do in production.
"""

import random
from collections import Counter
from datetime import datetime, timedelta, timezone

import freezegun
import requests

from setup.lib.demo_seller import ensure_account
from tests.simulator import Clock, Simulator, programs
from tests.simulator.control import expected, seller_body
from tests.simulator.tokens import rotate_secret
from tests.simulator.world.sellers import default_sellers

KEY = "year"
# The year is the same whenever it is run: both changes of the clocks are in it, and the
# ends of all months.
START = datetime(2026, 10, 20, 12, tzinfo=timezone.utc)
DAYS = 365
STEP_DAYS = 5
BUSY_DAYS = (182, 364)
DAY = timedelta(days=1)
PAST = 30 * DAY
# After the last order, in steps of two days: late shipments, the last repetitions.
SETTLING_STEPS = 7
# A report that waits longer is left to the next step; in the end, none is.
PATIENCE = timedelta(minutes=40)
LONG_PATIENCE = timedelta(hours=5)
ROUNDS = 15
FBA = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING"
MFN = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
XML = "GET_ORDER_REPORT_DATA_INVOICING"
# kind -> what it matches, and more
FAULTS = (
    ("throttle", {"operation": "createReport"}, {}),
    ("throttle", {"operation": "getReport"}, {"html": True}),
    ("throttle", {"operation": "createRestrictedDataToken"}, {}),
    ("drop", {"operation": "createReport"}, {}),
    ("drop", {"operation": "getReport"}, {}),
    ("drop", {"operation": "token"}, {}),
    ("internal", {"operation": "createReport"}, {}),
    ("internal", {"operation": "getReportDocument"}, {"html": True}),
    ("unavailable", {"operation": "token"}, {}),
    ("unavailable", {"operation": "getReport"}, {"retry_after": 120}),
    ("non_json", {"operation": "getReport"}, {}),
    ("cancelled", {"report_type": FBA}, {}),
    ("cancelled", {"report_type": MFN}, {}),
    ("fatal", {"report_type": FBA}, {}),
    ("fatal", {"report_type": MFN}, {"document": True}),
    ("foreign_cancel", {"report_type": MFN}, {}),
    ("stuck", {"report_type": MFN}, {"seconds": 2 * 86400}),
    ("stuck", {"report_type": FBA}, {}),
    ("cut", {"report_type": MFN}, {}),
    ("cut", {"report_type": FBA}, {}),
    ("expired_link", {"report_type": FBA}, {}),
)
FAULTS_PER_DAY = 0.4


class Year:
    """A seller's year, with everything that goes wrong in it.

    :param env: environment whose transactions are committed.
    :param orders_per_day: the seller's, half of them FBA.
    """

    def __init__(self, env, seed=2027, orders_per_day=1):
        self.env = env
        self.seed = seed
        self.orders_per_day = orders_per_day
        self.rng = random.Random(seed)
        self.events = Counter()
        self.runs = 0

    def __enter__(self):
        self.start = START
        self._freezer = freezegun.freeze_time(self.start.replace(tzinfo=None))
        self._frozen = self._freezer.start()
        self.amazon = Simulator(
            seed=self.seed,
            clock=Clock(self.start, frozen=True),
            rate_scale=1.0,
            history_days=-1,
            live=True,
        ).start()
        self.state = self.amazon.state
        self.state.settings |= {"queue_polls": 0, "progress_polls": 1}
        self.state.settings |= {"old_refresh_tokens": False}
        self.seller = self._welcome()
        return self

    def __exit__(self, *exception):
        self.amazon.stop()
        self._freezer.stop()

    def _welcome(self):
        seller = default_sellers()["eu"]
        seller.key, seller.seller_id = KEY, "A5SIMYEAR"
        for name in ("client_id", "client_secret", "refresh_token", "application_id"):
            value = getattr(seller, name).replace("simulated-eu", f"simulated-{KEY}")
            setattr(seller, name, value)
        seller.orders_per_day = self.orders_per_day
        seller.cancelled_share, seller.withheld_share = 0.08, 0.12
        seller.withheld_days = 4
        self.state.sellers[KEY] = seller
        self.state.welcome(seller)
        # Days less than are asked for: nothing was bought before, though some orders
        # are pending for days.
        self.state.market.open_history(seller, self.start, PAST.days - 7)
        return seller

    # === TIME === #

    @property
    def now(self):
        return self.amazon.clock.now()

    def pass_time(self, delta):
        self._frozen.tick(delta)
        self.amazon.clock.advance(delta.total_seconds())

    def run(self):
        """The year, and the days after it that settle what is still open."""
        self.connect()
        self.work()
        day = 0
        while day < DAYS:
            busy = day in BUSY_DAYS
            days = 1 if busy else min(STEP_DAYS, self._days_to_busy(day))
            steps = 12 if busy else 1
            for _step in range(steps):
                self.pass_time(days * DAY / steps)
                self.strike(days / steps)
                self.work()
            for passed in range(day, day + days):
                self.trouble(passed)
            day += days
        self.calm()
        for _step in range(SETTLING_STEPS):
            self.pass_time(2 * DAY)
            self.work(LONG_PATIENCE)

    @staticmethod
    def _days_to_busy(day):
        return min(busy for busy in (*BUSY_DAYS, DAYS) if busy > day) - day

    # === ODOO === #

    def connect(self):
        """What a person does with a new account: connect, say since when."""
        self.account = ensure_account(
            self.env, self.amazon.url, seller_body(self.seller)
        )
        self.env["amazon.first.run"].create(
            {
                "account_id": self.account.id,
                "orders_from": (self.start - PAST).replace(tzinfo=None),
            }
        ).action_start()
        # Stock is no order: its reports would only take their time.
        self.env["amazon.report.request"].search(
            [("account_id", "=", self.account.id), ("kind", "=", "fba_inventory")]
        ).unlink()
        self.env.cr.commit()

    def work(self, patience=PATIENCE):
        """Lets the scheduled actions run until nothing is to be done soon."""
        Report = self.env["amazon.report"]
        self._run_due_actions()
        for _round in range(ROUNDS):
            reports = Report.search(
                [
                    ("account_id", "=", self.account.id),
                    ("state", "in", ("requested", "ready", "processing")),
                ]
            )
            if not reports:
                return
            now = self.now.replace(tzinfo=None)
            wait = min((report.next_attempt or now) - now for report in reports)
            if wait > patience:
                return
            self.pass_time(max(wait, timedelta(seconds=30)))
            self._run_due_actions()

    def _run_due_actions(self):
        """The addon's scheduled actions whose time has come; the main ones always."""
        main = self.env.ref("amazon_order_import.ir_cron_check_reports")
        main |= self.env.ref("amazon_order_import.ir_cron_process_reports")
        ids = self.env["ir.model.data"].search(
            [("module", "=", "amazon_order_import"), ("model", "=", "ir.cron")]
        )
        now = self.now.replace(tzinfo=None)
        actions = self.env["ir.cron"].browse(ids.mapped("res_id"))
        for action in main | actions:
            if action in main or action.nextcall <= now:
                failure = action.method_direct_trigger()
                assert not isinstance(failure, dict), failure
                self.runs += 1
                # It works in a transaction of its own: ours has to see what it did.
                self.env.cr.commit()

    # === TROUBLE === #

    def trouble(self, day):
        """What is planned to go wrong on a day."""
        plan = self._PLAN.get(day)
        if plan:
            self.events[plan] += 1
            getattr(self, plan)()
        if day % 11 == 5:
            self.foreign_report()
        if day % 37 == 20:
            self.foreign_schedule()

    def strike(self, days):
        """What goes wrong by chance in a step of so many days."""
        if self.rng.random() < FAULTS_PER_DAY * days:
            kind, match, more = self.rng.choice(FAULTS)
            count = self.rng.choice((1, 1, 2, 3))
            match = {"seller": KEY, **match}
            if match.get("operation") == "token":
                # Whose token is asked for is not known before the answer.
                del match["seller"]
            self.state.faults.add(kind, match, count, **more)
            self.events[kind] += 1

    _PLAN = {
        40: "revoke",
        46: "authorize",
        120: "lose_role",
        123: "regain_role",
        170: "rotate_secret",
        200: "be_off",
        240: "revoke",
        241: "authorize",
        335: "rotate_secret",
    }

    def revoke(self):
        self.seller.revoked = True

    def authorize(self):
        """The seller consents again, as in a browser, and the new token is entered."""
        answer = requests.post(
            f"{self.amazon.url}/apps/authorize/consent",
            data={
                "application_id": self.seller.application_id,
                "version": "beta",
                "state": "x",
                "redirect_uri": "http://localhost/",
                "decision": "authorize",
            },
            allow_redirects=False,
            timeout=30,
        )
        code = answer.headers["Location"].partition("spapi_oauth_code=")[2]
        tokens = requests.post(
            f"{self.amazon.url}/auth/o2/token",
            data={
                "grant_type": "authorization_code",
                "code": code.partition("&")[0],
                "client_id": self.seller.client_id,
                "client_secret": self.seller.client_secret,
            },
            timeout=30,
        ).json()
        self.account.lwa_refresh_token = tokens["refresh_token"]
        self.account.action_test_connection()
        self.env.cr.commit()

    def lose_role(self):
        self._roles, self.seller.roles = self.seller.roles, {"Pricing"}

    def regain_role(self):
        self.seller.roles = self._roles

    def rotate_secret(self):
        self.account.lwa_client_secret = rotate_secret(self.state, self.seller)
        self.env.cr.commit()

    def be_off(self):
        """Odoo's server is down for ten days."""
        self.pass_time(10 * DAY)

    def foreign_report(self):
        """Another program takes the half hour in which Amazon makes one FBA report."""
        self._program("create_report", report_type=FBA)

    def foreign_schedule(self):
        self._program("create_schedule", report_type=XML, period="P1D")

    def _program(self, do, **body):
        self.events[f"another program: {do}"] += 1
        programs.act(self.state, {"seller": KEY, "do": do, **body})

    def calm(self):
        """Nothing goes wrong any more, and nothing more is sold."""
        self.state.faults.clear()
        self.state.schedules.clear()
        self.state.market.live = False

    # === WHAT CAME OF IT === #

    def expected(self):
        return expected(self.state, self.seller)

    def calls(self):
        """Requests by operation, those that failed too."""
        calls = Counter()
        for (_seller, operation, _status), number in self.state.calls.items():
            calls[operation] += number
        return calls

    def why(self, order_ref):
        """What the addon itself answers to somebody who misses an order."""
        finder = self.env["amazon.order.finder"].create({"query": order_ref})
        return order_ref, finder.title, finder.message
