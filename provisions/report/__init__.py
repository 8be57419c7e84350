"""The steering group's weekly report: figures of the region, in words, as a page, as data, and by mail."""
