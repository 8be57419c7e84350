"""The workplace: pages that people read, in Dutch, behind one door. It knows no Prefect but its addresses.

``application`` puts it together. A page asks the use cases, which check the rights; nothing is decided here. A request goes
through ``fence`` (address, size, headers), then ``visits`` (whose it is, and whether a form is ours), then to a page.
"""
