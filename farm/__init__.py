"""Domain values, project and overlay engine, sources, artifact store, ledger, sandbox and CLI frame of the farm."""
