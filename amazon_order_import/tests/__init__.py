from . import test_golden
from . import test_money
from . import test_tax
