"""Run by ``odoo shell`` in the addon's template: what a browser loads first.

Else each database, and each test in a browser, would spend half a minute on it.
"""
# ruff: noqa: F821 (env is the shell's)

for bundle in (
    "web.assets_web",
    "web.assets_tests",
    "web.assets_frontend",
    "web.assets_frontend_minimal",
    "web.assets_frontend_lazy",
):
    env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=False).css()
    env["ir.qweb"]._get_asset_bundle(bundle, css=False, js=True).js()
env.cr.commit()
