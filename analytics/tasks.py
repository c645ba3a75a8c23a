"""Long work of this room, by kind of job."""
