"""The command line: a frame, and a lazy table of the commands that the rooms bring."""
