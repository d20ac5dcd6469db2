import json
from collections import Counter
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.account import amazon_account_authorization, amazon_account_connection
from .common import AmazonCase
from .rpc_walk import GUARDED, RpcWalk
from .test_security import SECRETS

PREFIX = "amazon_order_import.group_amazon_"
REFUSALS = (
    "odoo.exceptions.AccessError",
    "odoo.exceptions.AccessDenied",
    "odoo.exceptions.MissingError",
    "odoo.http.SessionExpiredException",
    "werkzeug.exceptions.Forbidden",
    "werkzeug.exceptions.NotFound",
    "werkzeug.exceptions.Unauthorized",
)
#: Tables that Odoo writes for any request at all.
REQUEST_TABLES = {"res_device_log", "res_users_log", "bus_presence", "mail_presence"}
#: What Odoo's rights guard: a manager creates accounts, for the own company.
CREATORS = ("create", "default_get", "action_try_sample")

#: What tells an insider of the own company's records, and of no others.
TELLERS = ("get_first_steps",)


@tagged("post_install", "-at_install")
class TestRpcHttp(RpcWalk, AmazonCase, HttpCase):
    """Every public method, called as a client does, by everybody who has no right.

    Refused, or an action that shows records which are guarded themselves; nothing
    written, nobody at Amazon asked.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.write(
            {"name": GUARDED, "selling_partner_id": "A1GUARDED", **SECRETS}
        )
        company = cls.env["res.company"].create({"name": "Other company"})
        other = {"company_id": company.id, "company_ids": [company.id]}
        cls.outsiders = [
            new_test_user(cls.env, "walk_portal", "base.group_portal"),
            new_test_user(cls.env, "walk_employee", "base.group_user"),
        ]
        cls.foreigners = [
            new_test_user(
                cls.env,
                f"walk_{name}",
                f"base.group_user,stock.group_stock_manager,{PREFIX}{name}",
                **other,
            )
            for name in ("user", "manager")
        ]
        cls.manager = new_test_user(
            cls.env, "walk_own_manager", f"base.group_user,{PREFIX}manager"
        )
        cls.keys = {
            user: cls.env["res.users.apikeys"]
            .with_user(user)
            ._generate("rpc", "walk", fields.Datetime.now() + timedelta(hours=2))
            for user in [*cls.outsiders, *cls.foreigners, cls.manager]
        }

    def setUp(self):
        super().setUp()
        self.import_lines("mfn_orders_eu", {}, {"order-item-id": "2", "sku": "NEW"})
        self.import_lines("fba_orders_eu", {})
        self.import_lines("all_orders", {})
        self.records = {}
        for name, methods in self.own_methods():
            if not self.env[name]._abstract:
                self.records[name] = self.find_or_build(name), methods
        self.env.flush_all()
        self.cr.precommit.run()
        self.env.invalidate_all()
        self.asked = []
        for module, name in (
            (amazon_account_connection, "SellingPartnerClient"),
            (amazon_account_authorization, "authorize"),
        ):
            self.startPatcher(patch.object(module, name, self.refuse_to_ask))

    def refuse_to_ask(self, *args, **kwargs):
        self.asked.append(args)
        raise AssertionError("Amazon is asked")

    def find_or_build(self, name):
        """Return a record of the guarded company; dialogues are opened for it."""
        model = self.env[name]
        if not model._transient:
            company = model._fields.get("company_id")
            return model.search(
                [("company_id", "=", self.company.id)]
                if company and company.store
                else [],
                limit=1,
            )
        values = {}
        for field in model._fields.values():
            if not (field.store and field.required) or field.name in values:
                continue
            if field.type in ("many2one", "many2many"):
                record = self.find_or_build(field.comodel_name)
                values[field.name] = record.id if field.type == "many2one" else record
            elif field.type == "selection":
                values[field.name] = field.get_values(self.env)[0]
            elif field.type != "datetime":
                values[field.name] = "eA=="
        return model.create(values)

    # === CALLS === #

    def by_json2(self, user, name, method, ids, arguments):
        headers = {"Authorization": f"Bearer {self.keys[user]}"} if user else {}
        model = self.env[name]
        body = dict(arguments)
        if not getattr(getattr(type(model), method), "_api_model", False):
            body["ids"] = ids
        response = self.url_open(
            f"/json/2/{name}/{method}",
            data=json.dumps(body),
            headers={"Content-Type": "application/json", **headers},
        )
        if response.status_code == 200:
            return None, response.json()
        if response.status_code in (401, 403, 404):
            return REFUSALS[0], None
        answer = response.json()
        return f"{answer['name']}: {answer['message']}", None

    def by_call_kw(self, user, name, method, ids, arguments):
        model = self.env[name]
        args = list(arguments.values())
        if not getattr(getattr(type(model), method), "_api_model", False):
            args = [ids, *args]
        answer = self.url_open(
            f"/web/dataset/call_kw/{name}/{method}",
            json={
                "jsonrpc": "2.0",
                "id": 0,
                "method": "call",
                "params": {
                    "model": name,
                    "method": method,
                    "args": args,
                    "kwargs": {"context": {}},
                },
            },
        ).json()
        if "error" in answer:
            error = answer["error"]["data"]
            if error["name"] in REFUSALS:
                return REFUSALS[0], None
            return f"{error['name']}: {error['message']}", None
        return None, answer.get("result")

    def count_writes(self):
        """Return how many rows were written in each table, taken back or not."""
        self.env.flush_all()
        self.cr.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del "
            "FROM pg_stat_xact_user_tables"
        )
        return Counter(dict(self.cr.fetchall()))

    def walk(self, user, insider=False):
        """Call everything; return what is wrong with the answers."""
        holes = []
        login = user.login if user else None
        self.authenticate(login, login)
        allowed = set(REQUEST_TABLES)
        if insider:
            # A dialogue of one's own.
            models = map(self.env.get, self.records)
            allowed |= {model._table for model in models if model._transient}
        for name, (record, methods) in self.records.items():
            if insider and not self.is_foreign(record):
                continue
            for method in methods:
                if not (insider and method in CREATORS):
                    before = self.count_writes()
                    for hole in self.call(user, record, method, insider):
                        holes.append(f"{name}.{method} as {login} {hole}")
                    written = set(self.count_writes() - before) - allowed
                    if written:
                        holes.append(f"{name}.{method} writes {sorted(written)}")
        return holes

    def is_foreign(self, record):
        """Whether a record is none that all companies share."""
        return record and (record._transient or "company_id" in record)

    def call(self, user, record, method, insider):
        """Call a method of a record, and of none; yield what is wrong."""
        name = record._name
        arguments = self.needed_arguments(getattr(type(record), method))
        if "account_id" in arguments:
            arguments["account_id"] = self.account.id
        ids = record.ids or [1]
        for call, called in [
            (self.by_json2, ids),
            (self.by_call_kw, ids),
            (self.by_json2, []),
        ][: 2 if insider else 3]:
            error, answer = call(user, name, method, called, arguments)
            is_own = insider and method in TELLERS
            hole = self.find_hole(error, answer, called, is_own)
            if hole:
                yield f"{call.__name__} {called}: {hole}"

    def find_hole(self, error, answer, ids, is_own=False):
        if error in REFUSALS:
            return ""
        if error:
            # An action of one record has none here.
            return "" if not ids and "Expected singleton" in error else error
        return self.check_answer(answer, is_own)

    # === TESTS === #

    def check(self, user, insider=False):
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
            holes = self.walk(user, insider)
        self.assertFalse(holes, "\n" + "\n".join(holes))
        self.assertFalse(self.asked)

    def test_public(self):
        self.check(None)

    def test_outsiders(self):
        for user in self.outsiders:
            self.check(user)

    def test_foreigners(self):
        for user in self.foreigners:
            self.check(user, insider=True)

    def test_walk_finds_a_hole(self):
        """What the walk is for: it sees a method that asks for no right."""
        self.records = {
            "amazon.account": (self.account, ["action_list_schedules", "action_naked"])
        }
        self.startPatcher(
            patch.object(
                self.registry["amazon.account"],
                "action_naked",
                lambda account: account.sudo()
                .search([], limit=1)
                .write({"sequence": 3})
                and "told",
                create=True,
            )
        )
        with mute_logger("odoo.http"):
            holes = self.walk(self.outsiders[0])
        self.assertEqual(len(holes), 4, holes)
        self.assertIn("tells", holes[0])
        self.assertIn("writes ['amazon_account']", holes[-1])
        self.assertFalse(self.asked)
        with mute_logger("odoo.http"):
            self.authenticate(self.manager.login, self.manager.login)
            answer = self.by_json2(
                self.manager,
                "amazon.account",
                "action_list_schedules",
                self.account.ids,
                {},
            )
        self.assertEqual(
            len(self.asked), 1, f"Who has the right reaches Amazon: {answer}"
        )

    def test_sudo_gives_no_right_to_amazon(self):
        for user in [*self.outsiders, *self.foreigners]:
            with self.subTest(user=user.login), self.assertRaises(Exception) as caught:
                self.account.with_user(user).sudo()._get_client()
            self.assertEqual(type(caught.exception).__name__, "AccessError")
        self.assertFalse(self.asked)
