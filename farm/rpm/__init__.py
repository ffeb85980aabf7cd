"""Reading RPM files, which are untrusted (design decision 9)."""
