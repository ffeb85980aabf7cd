"""The seed: an RPM repository made from Debian packages, for a distribution that has no packages of its own yet."""
