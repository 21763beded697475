"""The Beam jobs: extract, embed, mine, corpus, and run for all four in a row."""

import logging

# While it is imported, Beam warns that a Google library is absent which it can do without. The
# filter has to stand before that import, and lets all else through.
logging.getLogger().addFilter(lambda record: "apitools not found" not in str(record.msg))
