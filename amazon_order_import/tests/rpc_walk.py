"""All public methods of this module's models, and what may come of calling them."""

import inspect
import json
from collections.abc import Mapping

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method

MODULE = "odoo.addons.amazon_order_import."
GUARDED = "Geheim & Söhne"
# Values for the parameters that a method demands; 1 for all others, an id.
VALUES = {
    "vals": {"name": "x"},
    "vals_list": [{"name": "x", "code": "X"}],
    "field_names": ["name"],
    "kind": "mfn_orders_eu",
    "filename": "orders.txt",
    "content": "x",
    "query": "302-0000001-0000001",
    "date_from": "2026-10-01",
    "date_to": "2026-10-31",
}


class RpcWalk:
    """Finds the public methods in the models: a new one is found by itself."""

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

    def needed_arguments(self, function):
        """Return ``{name: value}`` for the parameters that a method demands."""
        parameters = list(inspect.signature(function).parameters.values())[1:]
        return {
            parameter.name: VALUES.get(parameter.name, 1)
            for parameter in parameters
            if parameter.default is parameter.empty
            and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        }

    def check_answer(self, answer, is_own=False):
        """Return what is wrong with an answer.

        :param is_own: whether it may tell what the caller's own company has
        """
        if answer in (None, True, False, [], {}):
            return ""
        text = json.dumps(answer, default=str, ensure_ascii=False)
        if isinstance(answer, Mapping) and answer.get("type", "").startswith("ir.act"):
            return f"shows {text}" if GUARDED in text else ""
        if is_own:
            return f"tells {text}" if GUARDED in text else ""
        return f"tells {text}"
