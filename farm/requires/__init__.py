"""What specs need and make: one reader that executes nothing, one that asks rpm in a sandbox."""
