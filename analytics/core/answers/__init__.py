"""Questions with several answers: options that are ticked, or put in order."""
