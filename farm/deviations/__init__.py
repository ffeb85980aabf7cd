"""Every departure of the distribution from its upstream: what, why, by whom, and whether it may go upstream."""
