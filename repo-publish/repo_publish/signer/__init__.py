"""The signer: a process of its own, the only one that can use the private key (design decision 12)."""
