"""The embedded PostgreSQL ends with its launcher, and never runs twice on a folder."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from singlewindow.launch.binaries import Binaries, inspect
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.lock import InUseError
from singlewindow.launch.postgres import Cluster
from singlewindow.launch.residence import STATE, settle, socket_folder
from tests.launch.conftest import HoldCluster, eventually, runs

if TYPE_CHECKING:
    from conftest import TestPostgres

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the server to another user")


def cluster_in(folder: Path, programs: Binaries, state: Path = STATE) -> Cluster:
    return Cluster(folder, fast=True, binaries=programs, state=state)


def keep_a_row(cluster: Cluster) -> None:
    cluster.query("create table kept as select 1 as one")
    cluster.query("checkpoint")  # `fast` promises nothing before it


def test_roles_can_do_nothing_special(postgres: TestPostgres) -> None:
    """No role of ours is a superuser or by-passes row-level security."""
    rights = "rolsuper or rolbypassrls or rolcreatedb or rolcreaterole"
    rows = postgres.cluster.query(f"select {rights} from pg_roles where rolname ~ '^(sw_|customs)'")
    assert rows == [(False,)] * 4


def test_there_is_no_tcp_port_and_the_socket_is_private(postgres: TestPostgres) -> None:
    """Without a password, only the socket folder's mode keeps others out."""
    assert postgres.cluster.query("select current_setting('listen_addresses')") == [("",)]
    socket = Path(str(postgres.cluster.query("select current_setting('unix_socket_directories')")[0][0]))
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700


def test_a_database_admits_its_own_users_only(postgres: TestPostgres) -> None:
    """The portal's roles do not get into customs' database."""
    postgres.cluster.create_database("fenced", owner="customs", users=("sw_worker",))
    may = "select r, has_database_privilege(r, 'fenced', 'connect') from unnest($1::text[]) r"
    rows = postgres.cluster.query(may, ["customs", "sw_worker", "sw_web"])
    assert rows == [("customs", True), ("sw_worker", True), ("sw_web", False)]


def test_text_is_utf8_and_sorted_by_code_point(postgres: TestPostgres) -> None:
    """C collation, but letters beyond ASCII are known as such."""
    assert postgres.cluster.query("select current_setting('server_encoding')") == [("UTF8",)]
    assert postgres.cluster.query("select 'É' ~ '[[:alpha:]]', 'Z' < 'a', lower('É')") == [(True, True, "é")]


def test_killed_launcher_leaves_no_server(
    open_folder: Path, hold_cluster: HoldCluster, postgres_binaries: Binaries
) -> None:
    """`kill -9` of the launcher: the server is gone within 5 s, and the next start finds what was kept."""
    with hold_cluster(open_folder) as holder:
        pid = int(holder.line())
        with pytest.raises(InUseError, match=str(holder.process.pid)):
            cluster_in(open_folder, postgres_binaries).start()
        observer = cluster_in(open_folder, postgres_binaries)
        observer.attach()
        keep_a_row(observer)
        assert runs(pid)
        holder.process.kill()
        assert eventually(lambda: not runs(pid))
    with cluster_in(open_folder, postgres_binaries) as cluster:
        assert cluster.query("select one from kept") == [(1,)]


def test_server_left_over_is_ended_before_the_next_start(
    open_folder: Path, hold_cluster: HoldCluster, postgres_binaries: Binaries
) -> None:
    """Where the server could not be tied to its launcher, the next launcher ends it."""
    with hold_cluster(open_folder, tied=False) as holder:
        pid = int(holder.line())
        holder.process.kill()
        holder.process.wait()
    assert runs(pid)
    with cluster_in(open_folder, postgres_binaries) as cluster:
        assert not runs(pid)
        assert cluster.query("select 1") == [(1,)]


def test_killed_server_is_restarted(open_folder: Path, postgres_binaries: Binaries) -> None:
    """`kill -9` of the server: what was committed is there after the restart, which needs nothing of what was settled
    at the start, such as a folder for backups that is away by then."""
    settled: list[str] = []

    def settle(_: object) -> list[str]:
        if settled:
            raise OSError("the folder for backups is away")
        settled.append("archive_timeout=60")
        return settled

    # fsync on, as in earnest
    with Cluster(open_folder, binaries=postgres_binaries, options=settle) as cluster:
        cluster.query("create table kept as select 1 as one")
        os.kill(cluster.pid, signal.SIGKILL)
        assert eventually(lambda: not cluster.alive)
        cluster.restart()
        assert cluster.query("select one from kept") == [(1,)]
        assert cluster.query("show archive_timeout") == [("1min",)]


def test_a_database_that_takes_its_time_is_told_of(
    open_folder: Path, postgres_binaries: Binaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-01: after a crash it may read for long; meanwhile what it does is said, not that it failed."""
    monkeypatch.setattr("singlewindow.launch.postgres._TOLD_SECONDS", 0.0)
    said: list[str] = []
    with Cluster(open_folder, fast=True, binaries=postgres_binaries, slow=said.append):
        assert any("the database is not ready after 0 s\n  " in each for each in said), said


def test_pid_file_that_names_a_stranger_is_no_obstacle(
    open_folder: Path, postgres_binaries: Binaries
) -> None:
    """After a crash in a container the old process id often belongs to another program."""
    with cluster_in(open_folder, postgres_binaries) as cluster:
        pid_file = open_folder / "cluster" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        os.kill(cluster.pid, signal.SIGKILL)
        assert eventually(lambda: not cluster.alive)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        try:
            pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
            with cluster_in(open_folder, postgres_binaries) as cluster:
                assert cluster.query("select 1") == [(1,)]
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_half_made_cluster_is_made_again(open_folder: Path, postgres_binaries: Binaries) -> None:
    """A machine that lost power during the first start."""
    half = open_folder / "cluster.unfinished"
    half.mkdir()
    (half / "PG_VERSION").write_text(f"{postgres_binaries.major}\n")
    with cluster_in(open_folder, postgres_binaries) as cluster:
        assert cluster.query("select 1") == [(1,)]


def test_folder_of_another_major_version_is_refused(open_folder: Path, postgres_binaries: Binaries) -> None:
    """The message names both versions; the folder is left as it is."""
    made = open_folder / "cluster"
    made.mkdir()
    (made / "PG_VERSION").write_text("9\n")
    with pytest.raises(LaunchError, match=rf"PostgreSQL 9; .* {postgres_binaries.major}\."):
        cluster_in(open_folder, postgres_binaries).start()
    assert [entry.name for entry in made.iterdir()] == ["PG_VERSION"]


def test_long_path_gets_a_short_socket(open_folder: Path, postgres_binaries: Binaries) -> None:
    """A socket's address has little room; a clone may lie deep."""
    deep = open_folder / ("很长的路径" * 5) / ("x" * 60)
    residence = settle(deep)
    folder = socket_folder(residence)
    try:
        assert len(bytes(folder)) < 86
        with cluster_in(deep, postgres_binaries) as cluster:
            assert cluster.query("select 1") == [(1,)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@as_root
def test_socket_folder_of_somebody_else_is_refused(open_folder: Path) -> None:
    """Under /tmp anybody could have made the folder before us."""
    residence = settle(open_folder)
    (open_folder / "socket").mkdir()  # root's, not the database user's
    with pytest.raises(LaunchError, match="socket"):
        socket_folder(residence)


@as_root
def test_root_under_a_home_of_mode_700(open_folder: Path, postgres_binaries: Binaries) -> None:
    """Programs and data are placed where the database's user can reach them, and found again."""
    home, state = open_folder / "home", open_folder / "state"
    home.mkdir(mode=0o700)
    programs = link_programs(postgres_binaries, home / "programs")
    data = home / "clone" / "var" / "postgres"
    with cluster_in(data, programs, state=state) as cluster:
        keep_a_row(cluster)
        owner = Path("/proc", str(cluster.pid)).stat().st_uid
        assert owner != 0
        server = Path("/proc", str(cluster.pid), "exe").readlink()
        assert server.is_relative_to(state)
    with cluster_in(data, programs, state=state) as cluster:
        assert cluster.query("select one from kept") == [(1,)]
    assert len(list(state.iterdir())) == 2, "one folder for the programs, one for the data"
    with (
        cluster_in(home / "another", programs, state=state) as cluster,
        pytest.raises(Exception, match="kept"),
    ):
        cluster.query("select one from kept")


def link_programs(programs: Binaries, target: Path) -> Binaries:
    """The same programs in another folder, together with what they need."""
    if programs.folder.is_relative_to("/usr"):
        pytest.skip("the system's programs can always be reached")
    for part in programs.parts:
        shutil.copytree(part, target / part.relative_to(programs.base), copy_function=copy_or_link)
    found = inspect(target / programs.folder.relative_to(programs.base))
    assert found
    return found


def copy_or_link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
