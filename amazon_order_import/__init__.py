from . import models
from . import importers
from . import wizards
from . import controllers
