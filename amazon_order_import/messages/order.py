ORDER = {}
