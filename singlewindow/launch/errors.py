"""What the launcher tells a person when it cannot go on."""


class LaunchError(Exception):
    """Something that the person who starts the program can put right; the text says how."""
