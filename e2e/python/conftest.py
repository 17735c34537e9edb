import itertools
import json

import pytest

from enforced import serving
from freehold import ROLE, Server

numbers = itertools.count(1)


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture
def serve():
    """A server that knows its callers: `root` is its root's key."""
    server = serving()
    yield server
    server.close()


@pytest.fixture
def states(server):
    return server.client()


@pytest.fixture
def create(states):
    """Creates a state machine of a definition and returns its ARN."""

    def create(definition, **arguments):
        text = definition if isinstance(definition, str) else json.dumps(definition)
        arguments = {"name": f"machine-{next(numbers)}", "roleArn": ROLE, **arguments}
        return states.create_state_machine(definition=text, **arguments)["stateMachineArn"]

    return create


@pytest.fixture
def run(states, create):
    """Creates a state machine, starts it and returns the execution's ARN."""

    def run(definition, input=None, **arguments):
        machine = create(definition)
        started = states.start_execution(stateMachineArn=machine, input=json.dumps(input or {}), **arguments)
        return started["executionArn"]

    return run
