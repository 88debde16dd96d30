"""A single window for international trade: portal (kernel + subsystems), customs' side, card service."""
