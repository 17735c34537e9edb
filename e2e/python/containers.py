"""A cluster of ECS, a queue of Batch, and what runs in them: as processes of this machine."""

from freehold import wait_until

NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
# A task that calls back with the token in its environment, which its machine has put there.
SUCCEED = """
import boto3, json, os
boto3.client("stepfunctions").send_task_success(
    taskToken=os.environ["TASK_TOKEN"], output=json.dumps({"by": "task"})
)
"""


def shell(script):
    return ["/bin/sh", "-c", script]


class Containers:
    """A cluster, a queue, and what runs in them."""

    def __init__(self, server):
        self.server = server
        self.ecs = server.client("ecs")
        self.batch = server.client("batch")
        self.logs = server.client("logs")

    def register(self, family, command, **container):
        definition = {"name": "main", "image": "busybox", "command": command, "stopTimeout": 2, **container}
        registered = self.ecs.register_task_definition(
            family=family,
            containerDefinitions=[definition],
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
        )
        return registered["taskDefinition"]["taskDefinitionArn"]

    def run(self, family, **arguments):
        started = self.ecs.run_task(
            taskDefinition=family, launchType="FARGATE", networkConfiguration=NETWORK, **arguments
        )
        assert started["failures"] == []
        return started["tasks"][0]["taskArn"]

    def task(self, arn):
        return self.ecs.describe_tasks(tasks=[arn])["tasks"][0]

    def until(self, arn, status):
        return wait_until(lambda: (task := self.task(arn))["lastStatus"] == status and task)

    def queue(self):
        self.batch.create_compute_environment(
            computeEnvironmentName="here",
            type="MANAGED",
            computeResources={"type": "FARGATE", "maxvCpus": 4, "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]},
        )
        created = self.batch.create_job_queue(
            jobQueueName="queue", priority=1, computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "here"}]
        )
        return created["jobQueueArn"]

    def job_definition(self, name, command, **arguments):
        registered = self.batch.register_job_definition(
            jobDefinitionName=name,
            type="container",
            containerProperties={
                "image": "busybox",
                "command": command,
                "resourceRequirements": [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}],
            },
            **arguments,
        )
        return registered["jobDefinitionArn"]

    def job(self, job_id):
        return self.batch.describe_jobs(jobs=[job_id])["jobs"][0]

    def job_until(self, job_id, status):
        return wait_until(lambda: (job := self.job(job_id))["status"] == status and job)
