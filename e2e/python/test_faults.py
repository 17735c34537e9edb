"""A disk without space, and endpoints that misbehave."""

import json
import resource
import socket
import struct
import subprocess
import threading
import time

import pytest
from botocore.exceptions import ClientError

from definitions import activity, machine
from freehold import Server, ended, wait_until
from world import World

WAIT = machine(Wait={"Type": "Wait", "Seconds": 3, "End": True})
PASS = machine(Pass={"Type": "Pass", "End": True})


def status_of(call, **arguments):
    """The status of the answer: what a client sees that asks once."""
    try:
        return call(**arguments)["ResponseMetadata"]["HTTPStatusCode"]
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]


class Watched:
    """A server whose log is read."""

    def __init__(self, **options):
        self.log = []
        # SIGXFSZ stays ignored, so that a write beyond a limit fails as one on a full disk does.
        self.server = Server(stderr=subprocess.PIPE, restore_signals=False, **options)
        self.listen()

    def listen(self):
        threading.Thread(target=lambda stream: self.log.extend(stream), args=(self.server.process.stderr,)).start()

    def restart(self):
        self.server.stop()
        self.server.start()
        self.listen()

    def says(self, text):
        wait_until(lambda: any(text in line for line in self.log))


@pytest.fixture
def watched():
    watched = Watched()
    yield watched
    watched.server.close()


def set_space(server, has_space):
    """Whether the files of a server can grow."""
    limit = resource.RLIM_INFINITY if has_space else 0
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def test_a_full_disk_acknowledges_nothing_and_loses_nothing(watched):
    server, world = watched.server, World(watched.server)
    states = world.stepfunctions
    work = states.create_activity(name="work")["activityArn"]
    queue, table = world.queue("q"), world.table("things", "id")
    world.s3.create_bucket(Bucket="bucket")
    passes, waits, works = world.create(PASS), world.create(WAIT), world.create(activity(work))
    done, waiting, working = (world.start(arn, {"n": 1}) for arn in (passes, waits, works))
    world.end(done)
    token = states.get_activity_task(activityArn=work)["taskToken"]
    world.sqs.send_message(QueueUrl=queue, MessageBody="before")

    set_space(server, False)
    refused = [f"refused-{number}" for number in range(5)]
    for name in refused:
        assert status_of(states.start_execution, stateMachineArn=passes, name=name) == 500
    assert status_of(states.send_task_success, taskToken=token, output="1") == 500
    assert status_of(world.sqs.send_message, QueueUrl=queue, MessageBody="refused") >= 500
    assert status_of(world.dynamodb.put_item, TableName=table, Item={"id": {"S": "refused"}}) >= 500
    assert status_of(world.s3.put_object, Bucket="bucket", Key="refused", Body=b"x" * 10_000) >= 500
    assert states.describe_execution(executionArn=done)["status"] == "SUCCEEDED", "reads go on"
    watched.says("write or sync failed")

    set_space(server, True)
    # What a failed write has left behind shows only when the store is opened again, so until then it refuses.
    assert status_of(states.start_execution, stateMachineArn=passes, name="still") == 500
    assert server.process.poll() is None
    watched.restart()

    world = World(server)
    states = world.stepfunctions
    assert states.describe_execution(executionArn=done)["status"] == "SUCCEEDED"
    assert world.end(waiting)["status"] == "SUCCEEDED"
    states.send_task_success(taskToken=token, output='"after"')
    assert world.end(working)["output"] == '"after"'
    # The first was being written when the disk was full: whether it is kept, nobody was told.
    for name in [*refused[1:], "still"]:
        with pytest.raises(states.exceptions.ExecutionDoesNotExist):
            states.describe_execution(executionArn=done.rsplit(":", 1)[0] + f":{name}")
    assert world.run(passes, {"n": 2}) == {"n": 2}
    assert world.receive(queue) == ["before"]
    assert world.items(table) == []
    assert world.s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 0
    world.dynamodb.put_item(TableName=table, Item={"id": {"S": "after"}})
    world.s3.put_object(Bucket="bucket", Key="after", Body=b"x")


@pytest.fixture
def tiny(tmp_path):
    """A file system of 24 MiB."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", tmp_path], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_a_file_system_that_fills_up_keeps_what_was_acknowledged(tiny):
    watched = Watched(data=tiny / "data")
    try:
        world = World(watched.server)
        arn, large, started = world.create(PASS), {"text": "x" * 200_000}, []
        with pytest.raises(ClientError) as refused:
            while len(started) < 1_000:
                started.append(world.start(arn, large))
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        watched.says("write or sync failed")
        assert watched.server.process.poll() is None
        subprocess.run(["mount", "-o", "remount,size=200m", tiny], check=True)
        watched.restart()
        world = World(watched.server)
        assert 10 < len(started)
        for execution in started:
            assert world.end(execution)["status"] == "SUCCEEDED"
        assert world.run(arn, large) == large
    finally:
        watched.server.close()


class Endpoint:
    """A server that does with each request, read whole, what a test says; it counts them."""

    def __init__(self):
        self.asked, self.behave = 0, None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        with connection, connection.makefile("rb") as stream:
            while request := stream.readline():
                length = 0
                while (line := stream.readline()).strip():
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                stream.read(length)
                self.asked += 1
                try:
                    if not self.behave(connection, request):
                        return
                except OSError:
                    return

    def close(self):
        self.listener.close()


def reset(connection, _request):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(_connection, _request):
    pass


def garbage(connection, _request):
    connection.sendall(b"\x00\x01 this is no HTTP\r\n\r\n" * 10)


def half(connection, _request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")


def endless(connection, _request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"100000\r\n" + b"x" * 0x100000 + b"\r\n")


def drip(connection, _request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


def silence(_connection, _request):
    time.sleep(600)


def fail(connection, _request):
    connection.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops")


def answer(connection, _request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
    return True


@pytest.fixture(scope="module")
def endpoint():
    endpoint = Endpoint()
    yield endpoint
    endpoint.close()


@pytest.fixture(scope="module")
def world(endpoint, tmp_path_factory):
    config = tmp_path_factory.mktemp("house") / "freehold.toml"
    config.write_text(f'[endpoints.ssm]\nurl = "{endpoint.url}"\nsign = false\ntimeout_seconds = 2\n')
    server = Server(config=config)
    yield World(server)
    server.close()


@pytest.fixture(scope="module")
def connection(world):
    parameters = {"BasicAuthParameters": {"Username": "u", "Password": "p"}}
    created = world.events.create_connection(Name="c", AuthorizationType="BASIC", AuthParameters=parameters)
    return created["ConnectionArn"]


def asking(resource, parameters, **more):
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, "End": True}
    return machine(Ask={**state, **more})


@pytest.fixture(scope="module")
def kinds(world, endpoint, connection):
    """A machine for each way to an endpoint."""
    http = {"ApiEndpoint": endpoint.url, "Method": "POST", "RequestBody": {},
            "Authentication": {"ConnectionArn": connection}}
    api = {"ApiEndpoint": endpoint.url, "Method": "POST", "AuthType": "IAM_ROLE"}
    return {
        "http": world.create(asking("http:invoke", http, TimeoutSeconds=4)),
        "api": world.create(asking("apigateway:invoke", api, TimeoutSeconds=4)),
        "sdk": world.create(asking("aws-sdk:ssm:putParameter", {"Name": "p", "Value": "v"}, TimeoutSeconds=4)),
    }


BROKEN = {"http": "States.Http.Socket", "api": "ApiGateway.SdkClientException", "sdk": "Ssm.SdkClientException"}
LATE = {"http": "States.Timeout", "api": "States.Timeout", "sdk": "Ssm.SdkClientException"}
FAILED = {"http": "States.Http.StatusCode.500", "api": "ApiGateway.500", "sdk": "Ssm.SsmException"}


@pytest.mark.parametrize(
    "behave, errors",
    [(reset, BROKEN), (hang_up, BROKEN), (garbage, BROKEN), (half, BROKEN), (endless, BROKEN),
     (drip, LATE), (silence, LATE), (fail, FAILED)],
    ids=lambda it: getattr(it, "__name__", ""),
)
def test_an_endpoint_in_trouble_is_asked_once_and_fails_the_task(world, endpoint, kinds, behave, errors):
    for kind, arn in kinds.items():
        # A connection that is kept alive is where clients like to ask again by themselves.
        endpoint.behave = answer
        world.run(arn)
        endpoint.asked, endpoint.behave = 0, behave
        described = world.end(world.start(arn))
        assert (described["status"], described["error"]) == ("FAILED", errors[kind]), described
        assert endpoint.asked == 1, f"{kind} was asked {endpoint.asked} times"
    endpoint.behave = answer
    assert world.run(kinds["http"])["StatusCode"] == 200, "the server is well"


def test_an_answer_that_is_too_large_for_a_state_fails_the_task(world, endpoint, kinds):
    body = json.dumps("x" * 300_000).encode()

    def large(connection, _request):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        return True

    endpoint.behave = large
    for kind in ["http", "api"]:
        assert world.fail(kinds[kind])[0] == "States.DataLimitExceeded"
