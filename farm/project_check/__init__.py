"""What `farm project check` finds beyond what makes a project unreadable."""
