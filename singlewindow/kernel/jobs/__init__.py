"""Long work: a job is kept in the database, done by the worker in steps, and ends with a file."""
