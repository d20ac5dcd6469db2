from odoo.exceptions import AccessError, MissingError
from odoo.models import BaseModel
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .common import AmazonCase
from .rpc_walk import GUARDED, RpcWalk

# What a client may send along: none of it may change anything.
CONTEXT = {
    "amazon_preview": True,
    "amazon_preview_content": "x",
    "amazon_booking": True,
    "tracking_disable": True,
}


@tagged("post_install", "-at_install")
class TestRpc(RpcWalk, AmazonCase):
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
        """No method of an abstract model of ours can be called by a request.

        What every model has asks for a right, which nobody has on these.
        """
        reachable = [
            f"{name}.{method}"
            for name, methods in self.own_methods()
            for method in methods
            if self.env[name]._abstract and not hasattr(BaseModel, method)
        ]
        self.assertFalse(reachable)

    def try_out(self, model, method, ids):
        """What is wrong with the answer to a call, or nothing."""
        function = getattr(type(model), method)
        args = [] if getattr(function, "_api_model", False) else [ids]
        args += self.needed_arguments(function).values()
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
        except (AccessError, MissingError):
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
