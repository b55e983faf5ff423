from orchestrator.timeline import MOST, Timeline


def test_a_short_timeline_holds_every_point() -> None:
    line = Timeline()
    for second in range(5):
        line.note(second, second * 3)
    assert line.points == tuple((second, second * 3) for second in range(5))


def test_a_long_timeline_stays_short_spans_everything_and_ends_with_the_last_count() -> None:
    line = Timeline()
    for second in range(1, 10_000):
        line.note(second, second)
    assert MOST // 2 <= len(line.points) <= MOST + 1
    assert line.points[-1] == (9999, 9999)
    steps = {later[0] - earlier[0] for earlier, later in zip(line.points, line.points[1:-1], strict=False)}
    assert len(steps) == 1


def test_a_timeline_without_points_is_empty() -> None:
    assert Timeline().points == ()
