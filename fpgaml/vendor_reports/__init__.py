"""Reports that vendors' tools write: found, read without trust, and compared with the project that they are of.

One module a format. A reader takes a `Source` and returns a `VendorReport`, or raises `UnusableError` with the reason:
a report that was cut off, of a run that failed, or of a form that is not known gives no number at all.
"""
