"""An officer who decides on appointments through customs' API, where a journey is about the company's page."""

from __future__ import annotations

from tests.journeys.officer import Officer


class AppointmentOfficer(Officer):
    """Decides on what a company submitted: the application, feedback, explanation, cancellation."""
