"""A report as one page that opens offline: no framework, no font, no request to any network."""
