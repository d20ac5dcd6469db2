import inspect
import json
from collections.abc import Mapping

from odoo.exceptions import AccessError
from odoo.service.model import call_kw, get_public_method
from odoo.tests import new_test_user, tagged

from .common import AmazonCase

MODULE = "odoo.addons.amazon_order_import."
GUARDED = "Geheim & Söhne"
# What a client may send along: none of it may change anything.
CONTEXT = {
    "amazon_preview": True,
    "amazon_preview_content": "x",
    "amazon_booking": True,
    "tracking_disable": True,
}
# Values for the parameters that a method demands; 1 for all others, an id.
VALUES = {
    "vals": {"name": "x"},
    "vals_list": [{"name": "x", "code": "X"}],
    "field_names": ["name"],
}


@tagged("post_install", "-at_install")
class TestRpc(AmazonCase):
    """What a request of an outsider may call: nothing that does or tells anything.

    The methods are found in the models: a new one falls under this test by itself.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.name = GUARDED
        cls.outsiders = [
            cls.env.ref("base.public_user"),
            new_test_user(cls.env, "rpc_portal", "base.group_portal"),
            new_test_user(cls.env, "rpc_employee", "base.group_user"),
        ]

    def setUp(self):
        super().setUp()
        self.import_lines("mfn_orders_eu", {}, {"order-item-id": "2", "sku": "NEW"})
        self.import_lines("fba_orders_eu", {})
        self.import_lines("all_orders", {})
        self.env["account.move"].create({"move_type": "out_invoice"})
        self.env.flush_all()

    def test_outsiders_reach_nothing(self):
        holes = []
        called = set()
        for name, methods in self.own_methods():
            for method in () if self.env[name]._abstract else methods:
                called.add(f"{name}.{method}")
                record = self.env[name].search([], limit=1)
                for user in self.outsiders:
                    for ids in (record.ids or [1], []):
                        hole = self.try_out(self.env[name].with_user(user), method, ids)
                        if hole:
                            who = f"{user.login} with {ids}"
                            holes.append(f"{name}.{method} ({who}): {hole}")
        self.assertFalse(holes, "\n" + "\n".join(holes))
        for method in (
            "amazon.report.process",
            "amazon.account.action_test_connection",
            "sale.order.action_view_amazon_rows",
        ):
            self.assertIn(method, called)

    def test_services_are_private(self):
        """No method of an abstract model of ours can be called by a request."""
        reachable = [
            f"{name}.{method}"
            for name, methods in self.own_methods()
            for method in methods
            if self.env[name]._abstract
        ]
        self.assertFalse(reachable)

    def own_methods(self):
        """Yield each model with the public methods that this module gives it."""
        for name in sorted(self.env.registry):
            found = {
                method
                for cls in type(self.env[name]).mro()
                if cls.__module__.startswith(MODULE)
                for method, value in vars(cls).items()
                if inspect.isfunction(value) and self.is_ours(name, method)
            }
            if found:
                yield name, sorted(found)

    def is_ours(self, name, method):
        """Whether a request reaches the method, and only by this module.

        Odoo's own methods of its own models are guarded by Odoo's rights.
        """
        model = self.env[name]
        try:
            get_public_method(model, method)
        except AccessError:
            return False
        return name.startswith("amazon.") or not any(
            method in vars(cls)
            for cls in type(model).mro()
            if cls.__module__ != "odoo.api" and not cls.__module__.startswith(MODULE)
        )

    def try_out(self, model, method, ids):
        """What is wrong with the answer to a call, or nothing."""
        function = getattr(type(model), method)
        args = [] if getattr(function, "_api_model", False) else [ids]
        parameters = list(inspect.signature(function).parameters.values())[1:]
        args += [
            VALUES.get(parameter.name, 1)
            for parameter in parameters
            if parameter.default is parameter.empty
            and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        ]
        context = CONTEXT | {
            "active_model": model._name,
            "active_id": ids and ids[0],
            "active_ids": ids,
        }
        before = self.count_writes()
        try:
            with self.cr.savepoint() as savepoint:
                answer = call_kw(model, method, args, {"context": context})
                self.env.flush_all()
                written = self.count_writes() - before
                savepoint.rollback()
        except AccessError:
            return ""
        except ValueError as error:
            # An action of one record has none here.
            if not ids and "Expected singleton" in str(error):
                return ""
            return f"no right is asked for: {error!r}"
        except Exception as error:  # noqa: BLE001
            return f"no right is asked for: {error!r}"
        finally:
            self.env.invalidate_all()
        if written:
            return f"{written} rows written"
        return self.check_answer(answer)

    def count_writes(self):
        self.cr.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) "
            "FROM pg_stat_xact_user_tables"
        )
        return self.cr.fetchone()[0] or 0

    def check_answer(self, answer):
        if answer in (None, True, False, [], {}):
            return ""
        text = json.dumps(answer, default=str, ensure_ascii=False)
        if isinstance(answer, Mapping) and answer.get("type", "").startswith("ir.act"):
            return f"shows {text}" if GUARDED in text else ""
        return f"tells {text}"
