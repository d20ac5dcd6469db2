"""How much of anything a report may hold.

Far beyond what sellers meet, and small enough that no file holds up a worker or fills
its memory. What is above is refused with the reason, or is an error of its row.
"""

#: Unpacked size at which a file is refused. A million orders, a month of a very big
#: seller, take 0.6 to 1.5 GB; and Odoo stores the size of a file in four bytes.
MAX_UNPACKED_BYTES = (2 << 30) - 1
#: Amazon's longest reports have some hundred thousand rows, a million at most. Lines
#: without content count by themselves, so that a file with one after each row is read.
MAX_ROWS = 5_000_000
#: A longer line is no row of a report, whose longest ones take some ten kilobytes:
#: bounds the memory that a batch of rows can claim.
MAX_ROW_BYTES = 1 << 18
#: No cell of a spreadsheet program is longer, and none of Amazon's by far: titles have
#: 500 characters, messages and customisation data a few thousand.
MAX_CELL_LENGTH = 32_767
#: More than any report has: a file with more is something else.
MAX_COLUMNS = 1000
#: The names of the columns stand at the beginning of a file or nowhere; by these bytes
#: a file is refused before all of it is unpacked and looked through.
BEGINNING_BYTES = 1 << 16
#: Each row of a report has numbers of its own, so that packing makes a file ten to
#: fifty times smaller. What grows more is a bomb, unless it is small all the same.
MAX_GROWTH = 100
MAX_BYTES_OF_ANY_GROWTH = 64 << 20
#: Amazon packs a file as a whole. Programs that pack in blocks make one of each 64 KB.
MAX_GZIP_MEMBERS = MAX_UNPACKED_BYTES >> 16
#: More lines than a comment or a gift message has.
MAX_TORN_LINES = 100
#: Rows that cannot be joined after which no others of a file are tried, and bytes that
#: are tried in vain altogether: a file of open quotation marks ends in seconds.
MAX_FAILED_JOINS = 100
MAX_FAILED_JOIN_BYTES = 8 << 20
