from . import test_golden
