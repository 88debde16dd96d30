"""Where servers find the application: `singlewindow.customs.app:create_app`."""

from singlewindow.customs.http.app import create_app

__all__ = ["create_app"]
