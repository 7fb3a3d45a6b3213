"""The command line, one module a noun. Services are imported inside the commands, so that ``--help`` stays fast."""
