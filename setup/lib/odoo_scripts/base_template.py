"""Run by ``odoo shell`` in the base template: the company of every database."""
# ruff: noqa: F821 (env is the shell's)

company = env.ref("base.main_company")
company.write(
    {
        "name": "Muster Handel GmbH",
        "street": "Musterstraße 1",
        "zip": "10115",
        "city": "Berlin",
        "country_id": env.ref("base.de").id,
    }
)
env["res.users"].search([]).write({"tz": "Europe/Berlin", "tour_enabled": False})
if company.chart_template != "de_skr03":
    env["account.chart.template"].try_loading("de_skr03", company, install_demo=False)
found = (company.currency_id.name, company.account_fiscal_country_id.code)
if found != ("EUR", "DE") or company.chart_template != "de_skr03":
    raise SystemExit(f"The company is not German: {found}, {company.chart_template}")
# Nothing in these databases asks a server on the internet, above all not about the
# people in them: company data, electronic invoices, the publisher's news.
company.iap_enrich_auto_done = True
parameters = env["ir.config_parameter"]
parameters.set_param("iap.endpoint", "http://127.0.0.1:9")
parameters.set_param("account_peppol.edi.mode", "demo")
env.ref("mail.ir_cron_module_update_notification").active = False
env.cr.commit()
