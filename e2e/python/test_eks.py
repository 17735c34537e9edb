"""`eks:call` and `eks:runJob`: the Kubernetes API of a cluster, asked as the execution's role."""

import itertools
import json

import boto3
import pytest
from botocore.config import Config

from definitions import machine
from enforced import serving
from freehold import REGION, ended, wait_until
from kubernetes import JOBS, PODS, Cluster

numbers = itertools.count(1)
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


class House:
    """A server that knows its callers, and a cluster that asks it."""

    def __init__(self, folder):
        self.server = serving()
        self.cluster = Cluster(folder, self.server)
        self.states = self.client("stepfunctions")
        role = self.client("iam").create_role(RoleName="jobs", AssumeRolePolicyDocument=json.dumps(TRUST))
        self.role = role["Role"]["Arn"]

    def client(self, service):
        key, secret = self.server.root.values()
        settings = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False)
        return boto3.client(service, endpoint_url=self.server.url, region_name=REGION, aws_access_key_id=key,
                            aws_secret_access_key=secret, config=settings)

    def start(self, action, parameters):
        task = {"Type": "Task", "Resource": f"arn:aws:states:::eks:{action}", "Parameters": parameters, "End": True}
        name, definition = f"machine-{next(numbers)}", json.dumps(machine(Work=task))
        made = self.states.create_state_machine(name=name, roleArn=self.role, definition=definition)
        return self.states.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"]

    def run(self, action, **parameters):
        execution = self.start(action, self.cluster.parameters(**parameters))
        return ended(self.states, execution, seconds=60)

    def output(self, action, **parameters):
        execution = self.run(action, **parameters)
        assert execution["status"] == "SUCCEEDED", execution
        return json.loads(execution["output"])


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("cluster"))
    yield house
    house.cluster.close()
    house.server.close()


def job(name, *containers):
    containers = [{"name": container, "image": "perl"} for container in containers or ["main"]]
    spec = {"backoffLimit": 0, "template": {"spec": {"containers": containers, "restartPolicy": "Never"}}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec}


def test_a_cluster_is_asked_as_the_role_of_the_execution(house):
    made = house.output("call", Method="POST", Path=JOBS, RequestBody=job("called"))
    assert (made["StatusCode"], made["StatusText"]) == (201, "Created")
    assert made["ResponseBody"]["metadata"] == {"name": "called"}
    query = {"labelSelector": ["job-name=called"]}
    pods = house.output("call", Method="GET", Path=PODS, QueryParameters=query)
    assert [pod["metadata"]["name"] for pod in pods["ResponseBody"]["items"]] == ["called-x"]
    assert all(":assumed-role/jobs/" in caller for caller in house.cluster.callers)


def test_what_the_api_refuses_is_named_by_its_status(house):
    refused = house.run("call", Method="GET", Path="/api/v1/nothing")
    assert refused["error"] == "EKS.404"
    cause = json.loads(refused["cause"])
    assert list(cause) == ["ResponseBody", "StatusCode", "StatusText"]
    assert (cause["StatusCode"], cause["ResponseBody"]["reason"]) == (404, "NotFound")


def test_a_token_is_good_for_its_cluster_alone(house):
    refused = house.run("call", ClusterName="Other", Method="GET", Path=PODS)
    assert refused["error"] == "EKS.401"


def test_a_cluster_whose_certificate_is_not_the_given_one_is_not_asked(house, tmp_path):
    other = Cluster(tmp_path, house.server)
    refused = house.run("call", CertificateAuthority=other.certificate_authority, Method="GET", Path=PODS)
    other.close()
    assert refused["error"] == "EKS.SdkClientException" and "certificate" in refused["cause"]


def test_a_job_is_waited_for_and_its_logs_are_read(house):
    logs = {"RetrieveLogs": True, "LogParameters": {"tailLines": ["6"]}}
    output = house.output("runJob.sync", Job=job("counted", "main", "broken"), LogOptions=logs)
    assert output["kind"] == "Job"
    assert output["status"]["conditions"][0]["type"] == "Complete"
    containers = output["logs"]["pods"]["counted-x"]["containers"]
    assert containers["main"] == {"log": {"pi": 3.14}}
    assert containers["broken"]["error"] == "EKS.400" and "BadRequest" in containers["broken"]["cause"]
    raw = house.output("runJob.sync", Job=job("raw"), LogOptions={"RetrieveLogs": True, "RawLogs": True})
    assert raw["logs"]["pods"]["raw-x"]["containers"]["main"] == {"log": '{"pi": 3.14}\n'}
    assert "logs" not in house.output("runJob.sync", Job=job("silent"))


def test_a_job_that_fails_fails_its_task(house):
    house.cluster.fails.add("failing")
    failed = house.run("runJob.sync", Job=job("failing"))
    assert failed["error"] == "States.TaskFailed"
    assert json.loads(failed["cause"])["status"]["conditions"][0]["type"] == "Failed"


def test_a_job_that_is_there_already_is_not_made_again(house):
    house.output("runJob", Job=job("once"))
    again = house.run("runJob", Job=job("once"))
    assert again["error"] == "EKS.409"


def test_a_job_goes_when_nobody_waits_for_it(house):
    house.cluster.looks["stopped"] = 2
    execution = house.start("runJob.sync", house.cluster.parameters(Job=job("stopped")))
    wait_until(lambda: "stopped" in house.cluster.jobs)
    wait_until(lambda: 2 < house.cluster.looks["stopped"])
    house.states.stop_execution(executionArn=execution)
    deleted = ("stopped", {"propagationPolicy": ["Background"]})
    wait_until(lambda: deleted in house.cluster.deleted)
