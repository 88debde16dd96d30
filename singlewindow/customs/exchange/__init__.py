"""What comes in from the portal and what goes out to it: stored first, acknowledged, then worked on."""
