"""The two databases and their roles: the portal's and customs', which share a server only for convenience."""

from __future__ import annotations

from singlewindow.launch.postgres import Cluster

PORTAL = "singlewindow"
CUSTOMS = "customs"
MIGRATE, WEB, WORKER, CUSTOMS_ROLE = ROLES = ("sw_migrate", "sw_web", "sw_worker", "customs")


def create(cluster: Cluster) -> None:
    """Make roles and databases that are not there yet; each database admits its own roles only."""
    create_roles(cluster)
    cluster.create_database(PORTAL, owner=MIGRATE, users=(WEB, WORKER))
    cluster.create_database(CUSTOMS, owner=CUSTOMS_ROLE, users=())


def create_roles(cluster: Cluster) -> None:
    """The four roles, without any right to by-pass row-level security."""
    for role in ROLES:
        cluster.create_role(role)


def addresses(cluster: Cluster) -> dict[str, str]:
    """The settings that name the databases, as environment variables."""
    return {
        "SINGLEWINDOW_DATABASE_URL": cluster.dsn(PORTAL, MIGRATE),
        "SINGLEWINDOW_WEB_DATABASE_URL": cluster.dsn(PORTAL, WEB),
        "SINGLEWINDOW_WORKER_DATABASE_URL": cluster.dsn(PORTAL, WORKER),
        "SINGLEWINDOW_CUSTOMS_DATABASE_URL": cluster.dsn(CUSTOMS, CUSTOMS_ROLE),
    }
