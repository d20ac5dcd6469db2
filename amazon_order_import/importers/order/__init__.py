from . import change
from . import importer
from . import line_builder
from . import partner
from . import product_finder
