import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open
from odoo.tools.translate import TranslationModuleReader

from ..messages import compose, format_message
from ..report_formats.sources import ReportFileError

MODULE = "amazon_order_import"
FIELDS = f"{MODULE}.field_"
#: Names of the fields that Odoo's discussion models bring along. Which of them there
#: are depends on what else is installed.
INHERITED = (
    "activity_",
    "has_message",
    "message_",
    "my_activity_",
    "rating_",
    "website_message_",
)


def _is_inherited(record):
    """Whether an external id is that of a field that is not of this module."""
    field = record.rpartition("__")[2]
    return FIELDS in record and field.startswith(INHERITED)


@tagged("post_install", "-at_install")
class TestTranslation(TransactionCase):
    """What users read can be translated, and is."""

    def _read_template(self):
        with file_open(f"{MODULE}/i18n/{MODULE}.pot", "rb") as source:
            return polib.pofile(source.read().decode())

    def test_template_is_current(self):
        """Every text of the module is in the .pot, and no other."""
        reader = TranslationModuleReader(self.env.cr, modules=[MODULE])
        exported, own = set(), set()
        for _module, _kind, _field, record, text, *_more in reader:
            exported.add(text)
            if not _is_inherited(str(record)):
                own.add(text)
        template = {
            entry.msgid: all(_is_inherited(place) for place, _ in entry.occurrences)
            for entry in self._read_template()
        }
        advice = (
            "The translations are out of date. Export the template again (setup/odoo "
            f"i18n export -d NAME -l pot -- {MODULE}) and translate what is new."
        )
        self.assertEqual(own - template.keys(), set(), advice)
        foreign = {text for text, inherited in template.items() if inherited}
        self.assertEqual(template.keys() - exported - foreign, set(), advice)

    def test_messages_of_report_formats_are_german(self):
        """Marked where they are written, they are translated where they are shown."""
        if not self.env["res.lang"].search([("code", "=", "de_DE")]):
            self.env["res.lang"]._activate_lang("de_DE")
        error = ReportFileError(
            "wrong_kind",
            expected="FBA orders – Europe",
            found=(
                "Merchant-fulfilled orders – Europe",
                "VCS: invoices made by Amazon",
            ),
        )
        env = self.env(context={"lang": "de_DE"})
        self.assertEqual(
            compose(env, format_message(error)),
            "Dies ist kein Bericht der Art „FBA-Bestellungen – Europa“: Er sieht aus "
            "wie „Bestellungen mit Händlerversand – Europa“ oder „VCS: von Amazon "
            "erstellte Rechnungen“. Wählen Sie diese Art oder eine andere Datei.",
        )
