"""Run by ``odoo shell`` in a fresh database: two files, ready to be processed."""

import os

from setup.lib.bench_import import KIND, STOCK, sell
from setup.lib.demo_amazon import ask
from setup.lib.demo_seller import ensure_account, ensure_products, ensure_taxes

simulator = os.environ["AMAZON_SIMULATOR_URL"]
count = int(os.environ["AMAZON_BENCH_ORDERS"])
ensure_taxes(env)  # noqa: F821 - odoo shell gives it
products = ensure_products(env, simulator)  # noqa: F821
warehouse = env["stock.warehouse"].search([], limit=1)  # noqa: F821
for product in products:
    env["stock.quant"]._update_available_quantity(  # noqa: F821
        product, warehouse.lot_stock_id, STOCK
    )
seller = next(s for s in ask(simulator, "sellers")["sellers"] if s["key"] == "eu")
account = ensure_account(env, simulator, seller)  # noqa: F821
orders = sell(simulator, 3 * count)
for number in (1, 2):
    env["amazon.report"].create_from_file(  # noqa: F821
        account, KIND, f"{number}.txt", orders.take(orders=count)
    )
account._set_processing_slots(int(os.environ["AMAZON_BENCH_SLOTS"]))
env["amazon.report"]._trigger_processing()  # noqa: F821
env.cr.commit()  # noqa: F821
