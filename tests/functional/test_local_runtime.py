from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from local.errors import StartError
from local.runtime import THROTTLED, Pool, Result
from tests.functional.local_toys import ECHO, MISBEHAVE, running, toy, until


def answer(result: Result) -> dict[str, object]:
    assert not result.failed, result.payload
    decoded: dict[str, object] = json.loads(result.payload)
    return decoded


async def ask(pool: Pool, **event: object) -> Result:
    return await pool.invoke(json.dumps(event).encode())


def test_a_function_sees_what_lambda_shows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    function = toy(tmp_path, "echo", ECHO, timeout_s=9, environment={"GREETING": "hi"})

    async def scenario() -> None:
        async with running(function) as pool:
            seen = answer(await pool.invoke(b'{"a": 1}', "Root=1-0-0"))
            environ = seen["environ"]
            assert isinstance(environ, dict)
            assert seen["event"] == {"a": 1}
            assert seen["arn"] == function.arn
            assert seen["cwd"] == environ["LAMBDA_TASK_ROOT"] == str(function.task_root)
            assert 8000 < int(str(seen["left_ms"])) <= 9000
            assert environ["_X_AMZN_TRACE_ID"] == "Root=1-0-0"
            assert environ["AWS_LAMBDA_FUNCTION_NAME"] == "local-echo"
            assert environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
            assert environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
            assert environ["GREETING"] == "hi"
            assert "AWS_PROFILE" not in environ  # nothing of the user's own account
            assert environ["PYTHONPATH"].split(":") == [str(tmp_path / "layers/core"), str(function.task_root)]

    asyncio.run(scenario())


def test_processes_work_side_by_side_and_reuse_is_in_turn(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(toy(tmp_path, "toy", MISBEHAVE), size=2) as pool:
            began = time.monotonic()
            results = await asyncio.gather(*(ask(pool, do="sleep", s=0.3) for _ in range(4)))
            took_s = time.monotonic() - began
            pids = {int(result.payload) for result in results}
            assert pids == set(pool.pids)
            assert 0.6 <= took_s < 1.1  # four of 0.3 s on two processes

    asyncio.run(scenario())


def test_what_nobody_waits_for_any_more_is_not_begun(tmp_path: Path) -> None:
    """API Gateway has answered 503 by then: the ticket was taken all the same, as late as the line was long."""
    source = """
    import time
    begun = []
    def lambda_handler(event, context):
        begun.append(event["n"])
        time.sleep(event["s"])
        return begun
    """

    async def scenario() -> None:
        async with running(toy(tmp_path, "toy", source)) as pool:
            busy = asyncio.create_task(ask(pool, n=1, s=0.3))
            await asyncio.sleep(0)
            gone = asyncio.create_task(ask(pool, n=2, s=0))
            await until(lambda: bool(pool.waiting))
            gone.cancel()
            last = await ask(pool, n=3, s=0)
            await busy
            assert json.loads(last.payload) == [1, 3]

    asyncio.run(scenario())


def test_what_waits_too_long_for_a_process_is_refused_and_never_begun(tmp_path: Path) -> None:
    source = """
    import time
    begun = []
    def lambda_handler(event, context):
        begun.append(event["n"])
        time.sleep(event["s"])
        return begun
    """

    async def scenario() -> None:
        async with running(toy(tmp_path, "toy", source)) as pool:
            busy = asyncio.create_task(ask(pool, n=1, s=0.5))
            await asyncio.sleep(0)
            refused = await pool.invoke(b'{"n": 2, "s": 0}', begin_within_s=0.05)
            assert refused.error_type == THROTTLED
            assert not busy.done()
            late = await pool.invoke(b'{"n": 3, "s": 0.3}', begin_within_s=60)
            assert json.loads(late.payload) == [1, 3]

    asyncio.run(scenario())


def test_an_exception_is_the_callers_and_the_process_lives_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(toy(tmp_path, "toy", MISBEHAVE)) as pool:
            before = pool.pids
            failed = await ask(pool, do="raise")
            assert failed.failed
            assert json.loads(failed.payload)["errorType"] == "ValueError"
            assert json.loads(failed.payload)["errorMessage"] == "a bad day"
            assert int((await ask(pool, do="nothing")).payload) == before[0]

    asyncio.run(scenario())


def test_a_timeout_kills_the_process_and_the_next_one_serves(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(toy(tmp_path, "toy", MISBEHAVE, timeout_s=1)) as pool:
            before = pool.pids
            began = time.monotonic()
            slow, behind = await asyncio.gather(ask(pool, do="sleep", s=30), ask(pool, do="nothing"))
            assert slow.error_type == "Sandbox.Timedout"
            assert json.loads(slow.payload)["errorMessage"].endswith("Task timed out after 1.00 seconds")
            assert not behind.failed  # it waited in line, and its own second began only when it ran
            assert int(behind.payload) not in before
            assert 1.0 <= time.monotonic() - began < 4.0
            with pytest.raises(ProcessLookupError):
                os.kill(before[0], 0)

    asyncio.run(scenario())


@pytest.mark.parametrize(("kill", "expected"), [(False, "exit status 3"), (True, "signal: SIGKILL")])
def test_a_crash_is_an_error_to_the_caller_and_the_process_comes_again(
    tmp_path: Path, kill: bool, expected: str
) -> None:
    async def scenario() -> None:
        async with running(toy(tmp_path, "toy", MISBEHAVE)) as pool:
            before = pool.pids
            order = ask(pool, do="sleep", s=30) if kill else ask(pool, do="crash")
            invocation = asyncio.create_task(order)
            if kill:
                await asyncio.sleep(0.1)
                os.kill(before[0], signal.SIGKILL)
            crashed = await invocation
            assert crashed.error_type == "Runtime.ExitError"
            assert json.loads(crashed.payload)["errorMessage"].endswith(f"Runtime exited with error: {expected}")
            assert int((await ask(pool, do="nothing")).payload) != before[0]

    asyncio.run(scenario())


def test_a_process_killed_while_idle_loses_no_invocation(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(toy(tmp_path, "toy", MISBEHAVE)) as pool:
            before = pool.pids[0]
            os.kill(before, signal.SIGKILL)
            await until(lambda: pool.pids and pool.pids[0] != before)
            assert int((await ask(pool, do="nothing")).payload) == pool.pids[0]

    asyncio.run(scenario())


def test_work_given_to_a_process_that_just_died_is_answered_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(toy(tmp_path, "toy", MISBEHAVE, timeout_s=30)) as pool:
            os.kill(pool.pids[0], signal.SIGKILL)
            lost = await asyncio.wait_for(ask(pool, do="nothing"), 5)  # before anybody can have noticed
            assert lost.error_type == "Runtime.ExitError"
            assert not (await ask(pool, do="nothing")).failed

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("raise RuntimeError('no cache')", "toy failed to initialise.*RuntimeError: no cache"),
        ("import nowhere", "Unable to import module 'handler'"),
        ("import os; os._exit(9)", "toy failed to initialise \\(exit status 9\\)"),
    ],
)
def test_init_errors_say_what_the_function_said(tmp_path: Path, source: str, expected: str) -> None:
    async def scenario() -> None:
        async with running(toy(tmp_path, "toy", source)):
            pytest.fail("it started")

    with pytest.raises(StartError, match=expected):
        asyncio.run(scenario())


def test_large_events_and_answers_pass(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(toy(tmp_path, "toy", MISBEHAVE, timeout_s=20)) as pool:
            result = await ask(pool, do="big", chars=3_000_000, ballast="x" * 2_000_000)
            assert len(result.payload) == 3_000_002

    asyncio.run(scenario())


def test_output_arrives_whole(tmp_path: Path) -> None:
    chunks: list[bytes] = []

    async def scenario() -> None:
        async with running(toy(tmp_path, "toy", MISBEHAVE), output=chunks.append) as pool:
            await ask(pool, do="print", chars=200_000)
            await until(lambda: b"".join(chunks).endswith(b"\n"))

    asyncio.run(scenario())
    assert b"x" * 200_000 in b"".join(chunks)


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    toy(tmp_path, "toy", MISBEHAVE)
    supervisor = textwrap.dedent(f"""
        import asyncio
        from pathlib import Path
        from tests.functional.local_toys import MISBEHAVE, running, toy
        async def main():
            async with running(toy(Path({str(tmp_path)!r}), "toy", MISBEHAVE)) as pool:
                print(pool.pids[0], flush=True)
                await asyncio.sleep(60)
        asyncio.run(main())
    """)
    process = subprocess.Popen([sys.executable, "-c", supervisor], stdout=subprocess.PIPE, cwd=Path.cwd())
    assert process.stdout is not None
    with process, process.stdout:
        child = int(process.stdout.readline())
        process.kill()

    def is_gone() -> bool:
        # Where nobody reaps orphans it stays a zombie, which is dead enough.
        status = Path(f"/proc/{child}/status")
        return not status.exists() or "State:\tZ" in status.read_text()

    asyncio.run(until(is_gone))
