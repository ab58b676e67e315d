"""Two-track vertices of beauty and charm in LHCb's trigger, chosen by a network that is monotone in what it sees."""
