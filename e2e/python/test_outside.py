"""Services outside of the house: aws-sdk tasks over every protocol, answered by moto."""

import itertools
import json
import socket
import subprocess
import sys
import urllib.request

import pytest

from definitions import machine
from freehold import ROLE, Server, ended, wait_until

# A service of each protocol: JSON 1.1, query, REST-JSON, REST-XML, EC2's.
SERVICES = ["ssm", "glue", "rds", "apigateway", "route53", "ec2"]


numbers = itertools.count(1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def moto():
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"

    def answers():
        try:
            return urllib.request.urlopen(f"{url}/moto-api/", timeout=1).status == 200
        except OSError:
            return False

    wait_until(answers, seconds=60)
    yield url
    process.terminate()
    process.wait()


def configured(folder, tables):
    path = folder / "freehold.toml"
    path.write_text("".join(f"[endpoints.{name}]\n{text}\n" for name, text in tables.items()))
    return path


@pytest.fixture(scope="module")
def outside(moto, tmp_path_factory):
    """A house that sends those services to moto."""
    table = f'url = "{moto}"\naccess_key_id = "key"\nsecret_access_key = "secret"'
    server = Server(config=configured(tmp_path_factory.mktemp("outside"), {name: table for name in SERVICES}))
    yield server
    server.close()


def described(server, resource, parameters):
    states = server.client()
    task = {"Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:{resource}", "Parameters": parameters, "End": True}
    name = f"machine-{next(numbers)}"
    arn = states.create_state_machine(name=name, roleArn=ROLE, definition=json.dumps(machine(Work=task)))
    execution = states.start_execution(stateMachineArn=arn["stateMachineArn"])["executionArn"]
    return ended(states, execution, seconds=60)


def answer(server, resource, parameters):
    execution = described(server, resource, parameters)
    assert execution["status"] == "SUCCEEDED", execution
    return json.loads(execution["output"])


def test_json(outside):
    answer(outside, "ssm:putParameter", {"Name": "/a/b", "Value": "v", "Type": "String"})
    parameter = answer(outside, "ssm:getParameter", {"Name": "/a/b"})["Parameter"]
    assert parameter["Value"] == "v" and parameter["LastModifiedDate"].endswith("Z")
    answer(outside, "glue:createDatabase", {"DatabaseInput": {"Name": "db"}})
    assert answer(outside, "glue:getDatabase", {"Name": "db"})["Database"]["Name"] == "db"


def test_query(outside):
    tags = [{"Key": "a", "Value": "b & c"}]
    group = {"DbParameterGroupName": "g", "DbParameterGroupFamily": "mysql8.0", "Description": "d", "Tags": tags}
    answer(outside, "rds:createDBParameterGroup", group)
    groups = answer(outside, "rds:describeDBParameterGroups", {"DbParameterGroupName": "g"})
    assert [group["Description"] for group in groups["DbParameterGroups"]] == ["d"]


def test_rest_json(outside):
    api = answer(outside, "apigateway:createRestApi", {"Name": "x", "Tags": {"a": "b"}})
    read = answer(outside, "apigateway:getRestApi", {"RestApiId": api["Id"]})
    assert (read["Name"], read["Tags"]) == ("x", {"a": "b"})


def test_rest_xml(outside):
    zone = {"Name": "example.com", "CallerReference": "r", "HostedZoneConfig": {"Comment": "c & d"}}
    created = answer(outside, "route53:createHostedZone", zone)["HostedZone"]
    zones = answer(outside, "route53:listHostedZones", {})["HostedZones"]
    assert [(zone["Id"], zone["Config"]["Comment"]) for zone in zones] == [(created["Id"], "c & d")]


def test_ec2(outside):
    made = answer(outside, "ec2:createVpc", {"CidrBlock": "10.9.0.0/16"})["Vpc"]["VpcId"]
    vpcs = answer(outside, "ec2:describeVpcs", {"VpcIds": [made]})["Vpcs"]
    assert [vpc["CidrBlock"] for vpc in vpcs] == ["10.9.0.0/16"]


@pytest.mark.parametrize(
    "resource, parameters, error",
    [
        ("ssm:getParameter", {"Name": "nothing"}, "Ssm.ParameterNotFoundException"),
        ("rds:describeDBInstances", {"DbInstanceIdentifier": "nothing"}, "Rds.DbInstanceNotFoundException"),
        ("apigateway:getRestApi", {"RestApiId": "nothing"}, "ApiGateway.NotFoundException"),
        ("route53:getHostedZone", {"Id": "Z0"}, "Route53.NoSuchHostedZoneException"),
        ("ec2:describeVpcs", {"VpcIds": ["vpc-12345678"]}, "Ec2.Ec2Exception"),
    ],
)
def test_a_refusal_has_the_name_of_its_service(outside, resource, parameters, error):
    assert described(outside, resource, parameters)["error"] == error


def test_a_server_that_is_not_there_or_answers_garbage_is_the_clients_error(tmp_path):
    silent = socket.create_server(("127.0.0.1", 0))
    tables = {
        "ssm": f'url = "http://127.0.0.1:{free_port()}"\nsign = false',
        "glue": f'url = "http://127.0.0.1:{silent.getsockname()[1]}"\nsign = false\ntimeout_seconds = 1',
    }
    server = Server(config=configured(tmp_path, tables))
    try:
        absent = described(server, "ssm:getParameter", {"Name": "x"})
        assert absent["error"] == "Ssm.SdkClientException" and "Connection refused" in absent["cause"]
        hangs = described(server, "glue:getDatabases", {})
        assert hangs["error"] == "Glue.SdkClientException" and "timeout" in hangs["cause"]
    finally:
        server.close()
        silent.close()
