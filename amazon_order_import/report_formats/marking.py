"""Messages are marked for translation here and translated where they are shown."""


def mark(template):
    """Return the English text as it is; Odoo's export finds it by the name ``_``."""
    return template
