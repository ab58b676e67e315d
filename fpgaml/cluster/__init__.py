"""Work cut into pieces, whose results are sums: on this machine's cores, or on others."""
