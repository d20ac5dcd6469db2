from . import document_importer
from . import invoice_importer
from . import invoice_update
from . import order_importer
