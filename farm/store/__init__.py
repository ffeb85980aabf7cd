"""The artifact store: content-addressed blobs and small named records (design decision 2)."""
