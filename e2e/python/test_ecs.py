"""ECS and Batch by boto3 and the AWS CLI, and state machines whose tasks run containers: as processes of this machine."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from containers import SUCCEED, Containers, shell
from freehold import ACCOUNT, REGION, Server, ended, history, types, wait_until


@pytest.fixture
def containers(server):
    return Containers(server)


def alive(task):
    """Whether the process of a task's container is there."""
    return pathlib.Path(f"/proc/{task['containers'][0]['runtimeId']}").exists()


def test_a_task_by_boto3(containers):
    options = {"awslogs-group": "tasks", "awslogs-stream-prefix": "web", "awslogs-region": REGION}
    containers.logs.create_log_group(logGroupName="tasks")
    containers.register(
        "greeter",
        shell('echo "hello $WHO"; echo oops >&2'),
        environment=[{"name": "WHO", "value": "world"}],
        logConfiguration={"logDriver": "awslogs", "options": options},
    )
    arn = containers.run("greeter", startedBy="me", tags=[{"key": "team", "value": "a"}])
    containers.ecs.get_waiter("tasks_stopped").wait(tasks=[arn], WaiterConfig={"Delay": 1})
    task = containers.task(arn)
    assert task["containers"][0]["exitCode"] == 0
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["createdAt"] <= task["startedAt"] <= task["stoppedAt"]
    stream = f"web/main/{arn.rsplit('/')[-1]}"
    events = containers.logs.get_log_events(logGroupName="tasks", logStreamName=stream)["events"]
    assert [event["message"] for event in events] == ["hello world", "oops"]
    assert containers.ecs.list_tasks(desiredStatus="STOPPED", startedBy="me")["taskArns"] == [arn]
    assert containers.ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "team", "value": "a"}]


def test_a_task_whose_log_group_is_missing_does_not_start(containers):
    options = {"awslogs-group": "nowhere", "awslogs-stream-prefix": "web", "awslogs-region": REGION}
    containers.register("mute", shell("true"), logConfiguration={"logDriver": "awslogs", "options": options})
    task = containers.until(containers.run("mute"), "STOPPED")
    assert task["stopCode"] == "TaskFailedToStart"
    assert "ResourceInitializationError" in task["stoppedReason"]


def test_a_task_has_the_credentials_of_its_role(server, containers):
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = server.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", **trust}))
    bucket = server.client("s3")
    bucket.create_bucket(Bucket="whoami")
    script = (
        "import boto3; arn = boto3.client('sts').get_caller_identity()['Arn'];"
        "boto3.client('s3').put_object(Bucket='whoami', Key='arn', Body=arn.encode())"
    )
    containers.register("whoami", [sys.executable, "-c", script])
    overrides = {"taskRoleArn": role["Role"]["Arn"]}
    task = containers.until(containers.run("whoami", overrides=overrides), "STOPPED")
    assert task["containers"][0]["exitCode"] == 0
    arn = bucket.get_object(Bucket="whoami", Key="arn")["Body"].read().decode()
    assert arn.startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/")


def test_a_task_is_stopped_with_all_it_started(containers):
    containers.register("tree", shell("sleep 1000 & sleep 1000"))
    arn = containers.run("tree")
    running = containers.until(arn, "RUNNING")
    assert alive(running)
    stopping = containers.ecs.stop_task(task=arn, reason="enough")["task"]
    assert stopping["desiredStatus"] == "STOPPED"
    task = containers.until(arn, "STOPPED")
    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "enough")
    assert task["containers"][0]["exitCode"] == 143
    assert not alive(running)


def test_what_becomes_of_tasks_and_jobs_is_told(server, containers):
    sqs, events = server.client("sqs"), server.client("events")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {
        "source": ["aws.ecs", "aws.batch"],
        "detail-type": ["ECS Task State Change", "Batch Job State Change"],
        "detail": {"$or": [{"lastStatus": ["STOPPED"]}, {"status": ["SUCCEEDED"]}]},
    }
    events.put_rule(Name="ends", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="ends", Targets=[{"Id": "queue", "Arn": arn}])
    containers.queue()
    containers.job_definition("job", shell("true"))
    job = containers.batch.submit_job(jobName="one", jobQueue="queue", jobDefinition="job")["jobArn"]
    told = {}

    def receive():
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            event = json.loads(message["Body"])
            told[event["source"]] = event
        return len(told) == 2

    wait_until(receive)
    assert told["aws.batch"]["resources"] == [job]
    assert told["aws.batch"]["detail"]["container"]["exitCode"] == 0
    assert told["aws.ecs"]["detail"]["containers"][0]["exitCode"] == 0
    assert told["aws.ecs"]["resources"] == [told["aws.batch"]["detail"]["container"]["taskArn"]]


def test_services_are_refused_clearly(containers):
    with pytest.raises(containers.ecs.exceptions.UnsupportedFeatureException) as refused:
        containers.ecs.create_service(serviceName="web", taskDefinition="web")
    assert "Services of ECS are not available in this house." in str(refused.value)


def test_a_job_by_boto3(containers):
    queue = containers.queue()
    containers.job_definition("check", shell("echo working on $0; exit 0") + ["Ref::what"], parameters={"what": "nothing"})
    submitted = containers.batch.submit_job(
        jobName="one", jobQueue=queue, jobDefinition="check", parameters={"what": "orders"}
    )
    job = containers.job_until(submitted["jobId"], "SUCCEEDED")
    assert job["container"]["exitCode"] == 0
    stream = job["container"]["logStreamName"]
    events = containers.logs.get_log_events(logGroupName="/aws/batch/job", logStreamName=stream)["events"]
    assert [event["message"] for event in events] == ["working on orders"]
    (listed,) = containers.batch.list_jobs(jobQueue="queue", jobStatus="SUCCEEDED")["jobSummaryList"]
    assert listed["jobId"] == submitted["jobId"] and listed["container"]["exitCode"] == 0
    waits = containers.batch.describe_compute_environments()["computeEnvironments"][0]
    assert (waits["status"], waits["state"]) == ("VALID", "ENABLED")
    assert containers.batch.describe_job_queues()["jobQueues"][0]["jobQueueArn"] == queue
    described = containers.batch.describe_job_definitions(jobDefinitionName="check", status="ACTIVE")
    assert described["jobDefinitions"][0]["revision"] == 1


def test_an_array_and_what_waits_for_it(containers):
    containers.queue()
    containers.job_definition("part", shell("test $AWS_BATCH_JOB_ARRAY_INDEX -lt 3"))
    containers.job_definition("whole", shell("true"))
    parts = containers.batch.submit_job(
        jobName="parts", jobQueue="queue", jobDefinition="part", arrayProperties={"size": 3}
    )
    whole = containers.batch.submit_job(
        jobName="whole", jobQueue="queue", jobDefinition="whole", dependsOn=[{"jobId": parts["jobId"]}]
    )
    containers.job_until(whole["jobId"], "SUCCEEDED")
    assert containers.job(parts["jobId"])["arrayProperties"]["statusSummary"]["SUCCEEDED"] == 3


def test_a_job_is_terminated(containers):
    containers.queue()
    containers.job_definition("long", shell("sleep 1000"))
    job = containers.batch.submit_job(jobName="long", jobQueue="queue", jobDefinition="long")["jobId"]
    containers.job_until(job, "RUNNING")
    containers.batch.terminate_job(jobId=job, reason="not needed")
    ended_job = containers.job_until(job, "FAILED")
    assert ended_job["statusReason"] == "not needed"


def test_the_cli_runs_a_task_and_a_job(server, containers):
    containers.queue()
    containers.job_definition("job", shell("true"))
    containers.register("task", shell("exit 4"))

    def cli(*arguments):
        environment = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": server.url,
        }
        command = [str(pathlib.Path(sys.executable).with_name("aws")), *arguments, "--output", "json"]
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    task = cli("ecs", "run-task", "--task-definition", "task", "--launch-type", "FARGATE")["tasks"][0]["taskArn"]
    cli("ecs", "wait", "tasks-stopped", "--tasks", task)
    described = cli("ecs", "describe-tasks", "--tasks", task)["tasks"][0]
    assert described["containers"][0]["exitCode"] == 4
    job = cli("batch", "submit-job", "--job-name", "j", "--job-queue", "queue", "--job-definition", "job")["jobId"]
    containers.job_until(job, "SUCCEEDED")
    assert cli("batch", "describe-jobs", "--jobs", job)["jobs"][0]["status"] == "SUCCEEDED"


def run_task(pattern="", **parameters):
    task = {"Type": "Task", "Resource": f"arn:aws:states:::ecs:runTask{pattern}", "End": True}
    parameters = {"TaskDefinition": "work", "LaunchType": "FARGATE", **parameters}
    return {"StartAt": "Run", "States": {"Run": {**task, "Parameters": parameters}}}


def submit_job(pattern="", resource="arn:aws:states:::batch:submitJob", **parameters):
    task = {"Type": "Task", "Resource": resource + pattern, "End": True}
    parameters = {"JobName": "job", "JobQueue": "queue", "JobDefinition": "work", **parameters}
    return {"StartAt": "Run", "States": {"Run": {**task, "Parameters": parameters}}}


def test_a_machine_only_starts_a_task(containers, states, run):
    containers.register("work", shell("sleep 1000"))
    described = ended(states, run(run_task()))
    output = json.loads(described["output"])
    assert output["Failures"] == [] and output["SdkHttpMetadata"]["HttpStatusCode"] == 200
    (task,) = output["Tasks"]
    assert task["StartedBy"] == "AWS Step Functions" and task["LastStatus"] == "PROVISIONING"
    assert containers.until(task["TaskArn"], "RUNNING")["startedBy"] == "AWS Step Functions"


def test_a_machine_waits_for_its_task(containers, states, run):
    containers.register("work", shell("exit 0"))
    execution = run(run_task(".sync"))
    output = json.loads(ended(states, execution)["output"])
    assert output["Containers"][0]["ExitCode"] == 0
    assert (output["LastStatus"], output["StopCode"]) == ("STOPPED", "EssentialContainerExited")
    assert types(history(states, execution))[-4:] == ["TaskSubmitted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"]


def test_a_task_that_fails_fails_its_state(containers, states, run):
    containers.register("work", shell("exit 3"))
    described = ended(states, run(run_task(".sync")))
    assert (described["status"], described["error"]) == ("FAILED", "States.TaskFailed")
    cause = json.loads(described["cause"])
    assert cause["Containers"][0]["ExitCode"] == 3
    assert cause["StoppedReason"] == "Essential container in task exited"


def test_a_task_that_cannot_start_fails_its_state(containers, states, run):
    containers.register("work", ["/no/such/program"])
    described = ended(states, run(run_task(".sync")))
    assert described["error"] == "States.TaskFailed"
    assert json.loads(described["cause"])["StopCode"] == "TaskFailedToStart"


def test_a_definition_that_is_not_there_is_the_services_error(states, run):
    described = ended(states, run(run_task(".sync")))
    assert described["error"] == "ECS.ClientException"
    assert described["cause"].startswith("TaskDefinition not found. (Service: AmazonECS; Status Code: 400; Error Code: ClientException;")


def test_a_task_calls_back_with_its_token(containers, states, run):
    containers.register("work", [sys.executable, "-c", SUCCEED], environment=[
        {"name": "AWS_ACCESS_KEY_ID", "value": "test"}, {"name": "AWS_SECRET_ACCESS_KEY", "value": "test"},
    ])
    token = {"Name": "TASK_TOKEN", "Value.$": "$$.Task.Token"}
    overrides = {"ContainerOverrides": [{"Name": "main", "Environment": [token]}]}
    described = ended(states, run(run_task(".waitForTaskToken", Overrides=overrides)))
    assert json.loads(described["output"]) == {"by": "task"}


def test_a_stopped_execution_stops_its_task(containers, states, run):
    containers.register("work", shell("sleep 1000"))
    execution = run(run_task(".sync"))
    arns = wait_until(lambda: containers.ecs.list_tasks(desiredStatus="RUNNING")["taskArns"])
    containers.until(arns[0], "RUNNING")
    wait_until(lambda: "TaskSubmitted" in types(history(states, execution)))
    states.stop_execution(executionArn=execution)
    task = containers.until(arns[0], "STOPPED")
    assert task["stopCode"] == "UserInitiated"


def test_a_machine_waits_for_its_job(containers, states, run):
    containers.queue()
    containers.job_definition("work", shell("test $0 = 7") + ["Ref::number"])
    output = json.loads(ended(states, run(submit_job(".sync", Parameters={"number": "7"})))["output"])
    assert (output["Status"], output["Container"]["ExitCode"]) == ("SUCCEEDED", 0)
    described = ended(states, run(submit_job(".sync", Parameters={"number": "8"})))
    assert described["error"] == "States.TaskFailed"
    cause = json.loads(described["cause"])
    assert (cause["Status"], cause["Container"]["ExitCode"]) == ("FAILED", 1)
    output = json.loads(ended(states, run(submit_job(Parameters={"number": "7"})))["output"])
    assert containers.job_until(output["JobId"], "SUCCEEDED")


def test_a_stopped_execution_terminates_its_job(containers, states, run):
    containers.queue()
    containers.job_definition("work", shell("sleep 1000"))
    execution = run(submit_job(".sync"))
    jobs = wait_until(lambda: containers.batch.list_jobs(jobQueue="queue", jobStatus="RUNNING")["jobSummaryList"])
    wait_until(lambda: "TaskSubmitted" in types(history(states, execution)))
    states.stop_execution(executionArn=execution)
    assert containers.job_until(jobs[0]["jobId"], "FAILED")["isTerminated"]


def test_a_job_calls_back_with_its_token(containers, states, run):
    containers.queue()
    containers.job_definition("work", [sys.executable, "-c", SUCCEED])
    pairs = [
        {"Name": "TASK_TOKEN", "Value.$": "$$.Task.Token"},
        {"Name": "AWS_ACCESS_KEY_ID", "Value": "test"},
        {"Name": "AWS_SECRET_ACCESS_KEY", "Value": "test"},
    ]
    # The optimized integration has no callback (AWS's table of integrations); that of the SDK has.
    machine = submit_job(
        ".waitForTaskToken",
        resource="arn:aws:states:::aws-sdk:batch:submitJob",
        ContainerOverrides={"Environment": pairs},
    )
    assert json.loads(ended(states, run(machine))["output"]) == {"by": "task"}


def test_a_crash_ends_a_task_once_and_the_machine_hears_of_it(tmp_path):
    server = Server(data=tmp_path)
    try:
        containers, states = Containers(server), server.client()
        marks = tmp_path / "marks"
        children = tmp_path / "children"
        containers.register("work", shell(f"sleep 1000 & echo $! >> {children}; echo started >> {marks}; sleep 1000"))
        definition = run_task(".sync")
        definition["States"]["Run"]["Retry"] = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 1}]
        machine = states.create_state_machine(
            name="crash", definition=json.dumps(definition), roleArn=f"arn:aws:iam::{ACCOUNT}:role/workflow"
        )["stateMachineArn"]
        execution = states.start_execution(stateMachineArn=machine)["executionArn"]
        (first,) = wait_until(lambda: containers.ecs.list_tasks()["taskArns"])
        running = containers.until(first, "RUNNING")
        wait_until(lambda: "TaskSubmitted" in types(history(states, execution)))
        wait_until(marks.exists)
        server.kill()
        server.start()
        containers, states = Containers(server), server.client()
        task = containers.until(first, "STOPPED")
        assert task["stopCode"] == "TerminationNotice" and task["stoppedReason"].startswith("Host EC2")
        wait_until(lambda: not alive(running))
        child = children.read_text().split()[0]
        wait_until(lambda: not pathlib.Path(f"/proc/{child}").exists())
        # The definition tries again: a second task, and no third.
        (second,) = wait_until(lambda: containers.ecs.list_tasks()["taskArns"])
        containers.until(second, "RUNNING")
        assert second != first
        wait_until(lambda: marks.read_text().splitlines() == ["started"] * 2)
        containers.ecs.stop_task(task=second)
        assert ended(states, execution)["error"] == "States.TaskFailed"
    finally:
        server.close()


def test_no_process_outlives_a_clean_shutdown(tmp_path):
    server = Server(data=tmp_path)
    try:
        containers = Containers(server)
        containers.register("work", shell("sleep 1000 & sleep 1000"))
        running = containers.until(containers.run("work"), "RUNNING")
        assert alive(running)
        server.stop()
        wait_until(lambda: not alive(running))
        server.start()
        assert Containers(server).until(running["taskArn"], "STOPPED")["stopCode"] == "TerminationNotice"
    finally:
        server.close()
