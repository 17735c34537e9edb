"""Bytes that no SDK would send, and inputs at and beyond the limits. The server answers and stays well."""

import http.client
import json
import urllib.parse

import pytest

from definitions import PASS, machine
from freehold import ended

HEADERS = {"Content-Type": "application/x-amz-json-1.0"}


@pytest.fixture
def post(server):
    def post(body, operation="ListStateMachines", **headers):
        address = urllib.parse.urlparse(server.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
        target = {"X-Amz-Target": f"AWSStepFunctions.{operation}"} if operation else {}
        connection.request("POST", "/", body, {**HEADERS, **target, **headers})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")

    return post


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff\xfe", b'{"maxResults":"many"}', b"not json"])
def test_a_body_that_cannot_be_read(post, states, body):
    status, answer = post(body)
    assert (status, answer["__type"].split("#")[-1]) == (400, "SerializationException")
    assert states.list_state_machines()["stateMachines"] == []


def test_an_unknown_operation_and_none_at_all(post):
    status, answer = post(b"{}", operation="Frobnicate")
    assert (status, answer["__type"].split("#")[-1]) == (400, "UnknownOperationException")
    status, _ = post(b"{}", operation=None)
    assert 400 <= status < 500


def test_constraints_are_answered_in_aws_words(post):
    status, answer = post(b'{"maxResults":1001}')
    assert status == 400
    assert answer["message"] == (
        "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: "
        "Member must have value less than or equal to 1000")


def test_a_request_that_is_too_large(post, states):
    status, _ = post(b'{"nextToken":"' + b"x" * (2 << 20) + b'"}')
    assert 400 <= status < 500
    assert states.list_state_machines()["stateMachines"] == []


@pytest.mark.parametrize("depth", [1001, 2000, 100_000])
def test_a_definition_of_great_depth(states, create, depth):
    text = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Result":' + "[" * depth + "]" * depth + "}}}"
    with pytest.raises(states.exceptions.InvalidDefinition):
        create(text)


def test_inputs_that_are_not_json_or_too_long(states, create):
    arn = create(PASS)
    with pytest.raises(states.exceptions.InvalidExecutionInput) as refused:
        states.start_execution(stateMachineArn=arn, input="not some validly formatted JSON")
    assert refused.value.response["Error"]["Message"].startswith(
        "Invalid State Machine Execution Input: 'Unrecognized token 'not'")
    with pytest.raises(states.exceptions.ClientError):
        states.start_execution(stateMachineArn=arn, input=json.dumps("x" * 262_144))
    largest = json.dumps("x" * 262_142)
    execution = states.start_execution(stateMachineArn=arn, input=largest)["executionArn"]
    assert ended(states, execution)["status"] == "SUCCEEDED"


def jsonata(expression):
    state = machine(Compute={"Type": "Pass", "Output": "{% " + expression + " %}", "End": True})
    return {"QueryLanguage": "JSONata", **state}


@pytest.mark.parametrize("expression", [
    "($f := function($n) { $f($n + 1) }; $f(0))",
    "($f := function($n) { 1 + $f($n + 1) }; $f(0))",
    "[1..10000000]",
    "$reduce([1..800000], function($a, $b) { $a & 'xxxxxxxxxxxxxxxxxxxxxxxx' }, '')",
])
def test_a_runaway_expression_fails_and_harms_nobody(states, run, expression):
    described = ended(states, run(jsonata(expression)), seconds=60)
    assert (described["status"], described["error"]) == ("FAILED", "States.QueryEvaluationError")
    assert ended(states, run(PASS))["status"] == "SUCCEEDED"


def test_a_path_to_nowhere(states, run):
    described = ended(states, run(machine(A={"Type": "Pass", "InputPath": "$.no.where", "End": True})))
    assert described["error"] == "States.Runtime"
    assert "(entered at the event id #2)" in described["cause"]


def test_a_payload_beyond_the_limit_fails_the_state(states, run):
    described = ended(states, run(jsonata("$pad('', 300000, 'x')")))
    assert described["error"] == "States.DataLimitExceeded"
