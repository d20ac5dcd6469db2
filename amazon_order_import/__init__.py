from . import importers
from . import models
from . import wizards
