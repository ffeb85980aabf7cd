"""Lock files: which upstream commit a component is made from, and what its inputs were."""
