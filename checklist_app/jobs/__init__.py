"""Background work: the named jobs, and the loop of the process that does them."""
