"""Run by ``odoo shell`` in a template: what a browser loads first.

Else each database, and each test in a browser, would spend half a minute on it. The
bundles' names are in BUNDLES.
"""
# ruff: noqa: F821 (env is the shell's)

import os

for bundle in os.environ["BUNDLES"].split():
    env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=False).css()
    env["ir.qweb"]._get_asset_bundle(bundle, css=False, js=True).js()
env.cr.commit()
