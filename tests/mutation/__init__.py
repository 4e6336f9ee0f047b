"""Mutation testing of the domain core: does a test notice when a line of it is made wrong? `make mutate`."""
