REPORT = {}
