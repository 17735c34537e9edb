"""Distributed Map with items from S3 and results to S3."""

import json

import pytest

from definitions import machine
from freehold import ended, history, types

HELLO = {"StartAt": "Hello", "States": {"Hello": {"Type": "Pass", "End": True}}}


@pytest.fixture
def s3(server):
    return server.client("s3", s3={"addressing_style": "path"})


def distributed(child=HELLO, **fields):
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **child}
    return machine(Each={"Type": "Map", "ItemProcessor": processor, "Label": "Each", "End": True, **fields})


def reader(**config):
    return {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config,
            "Parameters": {"Bucket": "things", "Key.$": "$.key"}}


def test_rows_of_a_file_are_worked_on_in_batches(s3, states, run):
    s3.create_bucket(Bucket="things")
    rows = "".join(f"{number},name {number}\n" for number in range(1, 251))
    s3.put_object(Bucket="things", Key="rows.csv", Body=("id,name\n" + rows).encode())
    arn = run(distributed(
        ItemReader=reader(InputType="CSV", CSVHeaderLocation="FIRST_ROW"),
        ItemSelector={"row.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index"},
        ItemBatcher={"MaxItemsPerBatch": 100, "BatchInput": {"of.$": "$.key"}}), {"key": "rows.csv"})
    batches = json.loads(ended(states, arn)["output"])
    assert [len(batch["Items"]) for batch in batches] == [100, 100, 50]
    assert batches[0]["BatchInput"] == {"of": "rows.csv"}
    assert batches[2]["Items"][49] == {"index": 249, "row": {"id": "250", "name": "name 250"}}
    described = states.describe_map_run(mapRunArn=states.list_map_runs(executionArn=arn)["mapRuns"][0]["mapRunArn"])
    assert (described["itemCounts"]["total"], described["executionCounts"]["total"]) == (250, 3)


def test_every_object_under_a_prefix_is_an_item(s3, states, run):
    s3.create_bucket(Bucket="things")
    for key in ["in/a.json", "in/b.json", "out/c.json"]:
        s3.put_object(Bucket="things", Key=key, Body=b"[1, 2]")
    resource = "arn:aws:states:::s3:listObjectsV2"
    listed = {"Resource": resource, "Parameters": {"Bucket": "things", "Prefix": "in/"}}
    arn = run(distributed(ItemReader=listed))
    items = json.loads(ended(states, arn)["output"])
    assert [(item["Key"], item["Size"]) for item in items] == [("in/a.json", 6), ("in/b.json", 6)]
    assert all(isinstance(item["LastModified"], int) for item in items)
    loaded = {**listed, "ReaderConfig": {"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"}}
    assert json.loads(ended(states, run(distributed(ItemReader=loaded)))["output"]) == [1, 2, 1, 2]


def test_results_are_objects(s3, states, run):
    s3.create_bucket(Bucket="things")
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "things", "Prefix": "results"}}
    arn = run(distributed(ResultWriter=writer, ItemsPath="$.of"), {"of": ["a", "b"]})
    details = json.loads(ended(states, arn)["output"])["ResultWriterDetails"]
    read = lambda key: json.loads(s3.get_object(Bucket="things", Key=key)["Body"].read())
    manifest = read(details["Key"])
    assert (manifest["DestinationBucket"], manifest["ResultFiles"]["FAILED"]) == ("things", [])
    [file] = manifest["ResultFiles"]["SUCCEEDED"]
    assert s3.head_object(Bucket="things", Key=file["Key"])["ContentLength"] == file["Size"]
    assert [(record["Status"], record["Output"]) for record in read(file["Key"])] == [
        ("SUCCEEDED", '"a"'), ("SUCCEEDED", '"b"')]


def test_an_object_that_is_missing_fails_the_run(s3, states, run):
    s3.create_bucket(Bucket="things")
    arn = run(distributed(ItemReader=reader(InputType="JSON")), {"key": "nothing"})
    described = ended(states, arn)
    assert described["error"] == "States.ItemReaderFailed"
    assert described["cause"].startswith(
        "The specified key does not exist. (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey; Request ID: ")
    assert types(history(states, arn))[-3:] == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"]


def test_a_map_run_goes_on_after_a_crash(server):
    s3, states = server.client("s3", s3={"addressing_style": "path"}), server.client()
    s3.create_bucket(Bucket="things")
    s3.put_object(Bucket="things", Key="many.jsonl", Body=b"".join(b"%d\n" % number for number in range(300)))
    wait = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 1, "End": True}}}
    definition = distributed(wait, ItemReader=reader(InputType="JSONL"), MaxConcurrency=200)
    role = "arn:aws:iam::000000000000:role/workflow"
    arn = states.create_state_machine(name="m", definition=json.dumps(definition), roleArn=role)["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=arn, input='{"key":"many.jsonl"}')["executionArn"]
    server.kill()
    server.start()
    states = server.client()
    assert json.loads(ended(states, execution)["output"]) == list(range(300))
    run = states.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
    assert states.describe_map_run(mapRunArn=run)["executionCounts"]["succeeded"] == 300
    pages = states.get_paginator("list_executions").paginate(mapRunArn=run)
    assert sum(len(page["executions"]) for page in pages) == 300
