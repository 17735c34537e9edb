"""Expressions that compute long hold up nobody else, and an execution of them can be ended."""

import concurrent.futures
import json

import pytest

from freehold import ROLE, ended, types, history, wait_until

BURNERS = 8
LIGHT = 50

# Work without an end: each state computes for a while and hands on to itself.
COUNT = "{% ($f := function($n) { $n > 0 ? $f($n - 1) : true }; $f(60000)) %}"
MACHINE = {
    "StartAt": "Burn",
    "States": {
        "Burn": {"Type": "Choice", "Choices": [{"Condition": COUNT, "Next": "Burn"}], "Default": "Done"},
        "Done": {"Type": "Succeed"},
    },
}
BURN = {"QueryLanguage": "JSONata", **MACHINE}
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
CHILDREN = {
    **BURN,
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **MACHINE},
            "End": True,
        }
    },
}


@pytest.fixture
def hurried(server):
    """A client that gives up long before such work would come to an end."""
    return server.client(read_timeout=20, max_pool_connections=4 * BURNERS)


@pytest.fixture
def answer_promptly(hurried, create):
    """Light requests of every kind, each answered while the work goes on."""
    standard = create(PASS)
    express = create(PASS, type="EXPRESS")

    def answer_promptly():
        arn = hurried.start_execution(stateMachineArn=standard)["executionArn"]
        for _ in range(LIGHT):
            hurried.describe_state_machine(stateMachineArn=standard)
            assert hurried.start_sync_execution(stateMachineArn=express)["status"] == "SUCCEEDED"
        assert ended(hurried, arn)["status"] == "SUCCEEDED"

    return answer_promptly


def status(states, arn):
    return states.describe_execution(executionArn=arn)["status"]


def test_standard_executions(hurried, create, answer_promptly):
    burning = create(BURN)
    arns = [hurried.start_execution(stateMachineArn=burning)["executionArn"] for _ in range(BURNERS)]
    answer_promptly()
    assert [status(hurried, arn) for arn in arns] == ["RUNNING"] * BURNERS
    for arn in arns:
        hurried.stop_execution(executionArn=arn)
        assert ended(hurried, arn)["status"] == "ABORTED"
        assert types(history(hurried, arn))[-1] == "ExecutionAborted"


def test_children_of_a_map_run(hurried, create, answer_promptly):
    arn = hurried.start_execution(
        stateMachineArn=create(CHILDREN), input=json.dumps(list(range(BURNERS)))
    )["executionArn"]

    def children():
        runs = hurried.list_map_runs(executionArn=arn)["mapRuns"]
        return runs and hurried.list_executions(mapRunArn=runs[0]["mapRunArn"])["executions"]

    running = wait_until(lambda: len(children() or []) == BURNERS and children())
    answer_promptly()
    assert [child["status"] for child in children()] == ["RUNNING"] * BURNERS
    hurried.stop_execution(executionArn=arn)
    for child in running:
        assert ended(hurried, child["executionArn"])["status"] == "ABORTED"


def test_express_executions(hurried, create, answer_promptly):
    timed = create({**BURN, "TimeoutSeconds": 5}, type="EXPRESS")
    for _ in range(BURNERS):
        hurried.start_execution(stateMachineArn=timed)
    with concurrent.futures.ThreadPoolExecutor(BURNERS) as threads:
        asked = [threads.submit(hurried.start_sync_execution, stateMachineArn=timed) for _ in range(BURNERS)]
        answer_promptly()
        assert {answer.result()["status"] for answer in asked} == {"TIMED_OUT"}


def test_states_under_test(server, answer_promptly):
    # A test ends with its state, which takes long in a debug build.
    patient = server.client(read_timeout=300, max_pool_connections=BURNERS)
    endless = "{% ($f := function() { $f() }; $f()) %}"
    state = json.dumps({"QueryLanguage": "JSONata", "Type": "Pass", "Output": endless, "End": True})
    with concurrent.futures.ThreadPoolExecutor(BURNERS) as threads:
        asked = [threads.submit(patient.test_state, definition=state, roleArn=ROLE) for _ in range(BURNERS)]
        answer_promptly()
        assert not all(answer.done() for answer in asked)
        for answer in asked:
            tested = answer.result()
            assert tested["error"] == "States.QueryEvaluationError", tested


def test_an_execution_of_them_times_out(hurried, create):
    arn = hurried.start_execution(stateMachineArn=create({**BURN, "TimeoutSeconds": 2}))["executionArn"]
    assert ended(hurried, arn)["status"] == "TIMED_OUT"
