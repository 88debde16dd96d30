"""The program's face: the exchange with the portal, the officers' API and pages."""
