"""A Ray cluster of several nodes in local processes. Its nodes can only be made and ended on the main thread."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ray._private.node import Node

os.environ.setdefault("RAY_raylet_start_wait_time_s", "180")
os.environ.setdefault("RAY_worker_niceness", "0")
os.environ.setdefault("RAY_agent_register_timeout_ms", "180000")
PORTS = ("metrics_agent_port", "metrics_export_port", "dashboard_agent_listen_port", "runtime_env_agent_port")


def _free_ports() -> dict[str, int]:
    """Return ports for a node's helpers: a raylet that has to find them out itself gives up on a busy machine."""
    sockets = [socket.socket() for _ in PORTS]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = {name: one.getsockname()[1] for name, one in zip(PORTS, sockets, strict=True)}
    for one in sockets:
        one.close()
    return ports


class LocalCluster:
    """A head without cores, and nodes of one core each."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 0, "include_dashboard": False, **_free_ports()}
        self._cluster = Cluster(initialize_head=True, head_node_args=head)
        self.address: str = self._cluster.address

    def add(self) -> "Node":
        """Add a node and return it."""
        return self._cluster.add_node(num_cpus=1, **_free_ports())

    def kill(self, node: "Node") -> None:
        """End a node's processes at once."""
        self._cluster.remove_node(node, allow_graceful=False)

    def shutdown(self) -> None:
        self._cluster.shutdown()


@contextmanager
def local_cluster() -> Iterator[LocalCluster]:
    """Start a cluster's head, and end all its nodes after use."""
    cluster = LocalCluster()
    try:
        yield cluster
    finally:
        cluster.shutdown()
