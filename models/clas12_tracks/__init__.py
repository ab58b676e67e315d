"""Track candidates in CLAS12's drift chambers: true or false, and a missing segment restored."""
