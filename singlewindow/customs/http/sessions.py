"""The officers' log-in."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from singlewindow.customs.http.inputs import Text
from singlewindow.customs.http.parts import Address, Officer, Running, check_origin
from singlewindow.customs.officers import sessions
from singlewindow.customs.officers.sessions import Session

router = APIRouter(prefix="/api/session", tags=["session"])


class LogIn(BaseModel):
    """A user name and a password."""

    username: Text = Field(min_length=1, max_length=64)
    password: Text = Field(min_length=1, max_length=200)


class SessionView(BaseModel):
    """Who is logged in; `csrf` goes into the header X-CSRF-Token of every change."""

    username: str
    name: str
    csrf: str

    @classmethod
    def of(cls, session: Session) -> SessionView:
        """The session as the page sees it."""
        return cls(username=session.username, name=session.name, csrf=session.csrf)


@router.post("", dependencies=[Depends(check_origin)])
async def log_in(body: LogIn, response: Response, parts: Running, address: Address) -> SessionView:
    """Open a session; its cookie is HttpOnly, and the browser keeps it until it closes."""
    hours = parts.settings.session_hours
    token, session = await sessions.log_in(parts.database, body.username, body.password, address, hours)
    response.set_cookie(
        parts.settings.cookie,
        token,
        httponly=True,
        samesite="lax",
        secure=parts.settings.secure_cookies,
    )
    return SessionView.of(session)


@router.get("")
async def read_session(officer: Officer) -> SessionView:
    """The session, or 401."""
    return SessionView.of(officer)


@router.delete("", status_code=204)
async def log_out(request: Request, parts: Running, officer: Officer) -> Response:
    """End the session on the server."""
    await sessions.log_out(parts.database, request.cookies.get(parts.settings.cookie))
    response = Response(status_code=204)
    response.delete_cookie(parts.settings.cookie)
    return response
