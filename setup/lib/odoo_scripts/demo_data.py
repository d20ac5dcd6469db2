"""Run by ``odoo shell``: one addon's own demo data, in a database without any.

Odoo loads an addon's demo data only where everything it depends on has its own, which
takes minutes and is not wanted here. The addon's name is in AMAZON_ADDON.
"""
# ruff: noqa: F821 (env is the shell's)

import os

from odoo.modules.module import Manifest
from odoo.tools.convert import convert_file

name = os.environ["AMAZON_ADDON"]
module = env["ir.module.module"].search([("name", "=", name)])
if module.state != "installed":
    raise SystemExit(f"The addon {name} is not installed in this database.")
for filename in Manifest.for_addon(name).get("demo") or []:
    convert_file(env(su=True), name, filename, {}, "init", noupdate=True)
module.demo = True
env.cr.commit()
