"""The rows of the table: each measures one kind of work and answers lines."""
