"""Structure: modules that only wire up others, apart from any language, and how each language writes them."""
