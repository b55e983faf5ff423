"""What is told of engines elsewhere: those of a cluster, and servers that are waited for. One line each."""

from itertools import groupby

from orchestrator.progress import ClusterState, EngineWaits, Event
from terminal.palette import counted
from terminal.text import one_line


def told(event: Event) -> str:
    """Return the line for an event that is told at once; nothing for others."""
    if isinstance(event, EngineWaits):
        return one_line(f"paused: {event.model}, {event.why}" if event.why else f"going on: {event.model} is back")
    if isinstance(event, ClusterState) and event.note:
        return one_line(f"{event.note}; {engines_line(event)}")
    return ""


def engines_line(state: ClusterState) -> str:
    """Return `3 of 4 engines on 2 nodes`."""
    wanted = counted(len(state.engines), "engine")
    ready = len(state.ready)
    count = wanted if ready == len(state.engines) else f"{ready} of {wanted}"
    return f"{count} on {counted(state.nodes, 'node')}"


def engine_rates(state: ClusterState) -> str:
    """Return the engines by node, each with its replies a second."""
    ready = sorted(state.ready, key=lambda engine: (engine.node or "", engine.number))
    nodes = [
        f"{node}: {', '.join(f'engine {one.number} {one.replies_per_second:.1f}/s' for one in those)}"
        for node, those in groupby(ready, key=lambda engine: engine.node)
    ]
    return one_line(f"{engines_line(state)} ({'; '.join(nodes)})" if nodes else engines_line(state))
