"""The only thing that portal and customs share: message kinds, envelope, signature and encryption formats."""
