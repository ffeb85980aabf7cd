"""What a component is made from: every input by name, with its value and where it is said."""
