"""The chapter's routes, below /api/declarations; the kernel lets only sessions with a 法人卡 to them (PORT-06)."""

from __future__ import annotations

from fastapi import APIRouter

from singlewindow.subsystems.declarations import (
    application_routes,
    closed_routes,
    number_routes,
    result_routes,
)

router = APIRouter()
for part in (closed_routes.router, number_routes.router, application_routes.router, result_routes.router):
    router.include_router(part)
