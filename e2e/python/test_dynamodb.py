"""DynamoDB and its streams, as boto3 and the AWS CLI use them."""

import concurrent.futures
import json
import os
import subprocess
import sys
from decimal import Decimal

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from freehold import ACCOUNT, REGION, ended, wait_until


@pytest.fixture
def dynamodb(server):
    return server.client("dynamodb")


@pytest.fixture
def streams(server):
    return server.client("dynamodbstreams")


@pytest.fixture
def tables(server):
    return boto3.resource(
        "dynamodb",
        endpoint_url=server.url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def create_table(dynamodb, name="Orders", **arguments):
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **arguments,
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def test_a_table_with_an_index_through_the_resource(tables):
    table = tables.create_table(
        TableName="Music",
        KeySchema=[{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "song", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "artist", "AttributeType": "S"},
            {"AttributeName": "song", "AttributeType": "S"},
            {"AttributeName": "year", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-year",
                "KeySchema": [{"AttributeName": "year", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    table.wait_until_exists()
    assert table.table_arn == f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/Music"
    with table.batch_writer() as batch:
        for number in range(60):
            batch.put_item(Item={"artist": "A", "song": f"{number:03}", "year": 2000 + number % 3, "price": Decimal("9.90")})
    assert table.query(KeyConditionExpression=Key("artist").eq("A") & Key("song").begins_with("00"))["Count"] == 10
    year = table.query(IndexName="by-year", KeyConditionExpression=Key("year").eq(2001))
    assert year["Count"] == 20
    assert table.scan(FilterExpression=Attr("price").gt(10))["Count"] == 0
    pages = table.meta.client.get_paginator("scan").paginate(TableName="Music", PaginationConfig={"PageSize": 7})
    assert sum(page["Count"] for page in pages) == 60


def test_a_condition_that_fails_is_an_exception_with_the_item(dynamodb):
    create_table(dynamodb)
    item = {"id": {"S": "1"}, "n": {"N": "1"}}
    dynamodb.put_item(TableName="Orders", Item=item)
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException) as refused:
        dynamodb.put_item(
            TableName="Orders",
            Item=item,
            ConditionExpression="attribute_not_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert refused.value.response["Error"]["Message"] == "The conditional request failed"
    assert refused.value.response["Item"] == item


def test_a_canceled_transaction_says_why(dynamodb):
    create_table(dynamodb)
    put = {"Put": {"TableName": "Orders", "Item": {"id": {"S": "1"}}}}
    check = {"TableName": "Orders", "Key": {"id": {"S": "2"}}, "ConditionExpression": "attribute_exists(id)"}
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as canceled:
        dynamodb.transact_write_items(TransactItems=[put, {"ConditionCheck": check}])
    reasons = canceled.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert "Item" not in dynamodb.get_item(TableName="Orders", Key={"id": {"S": "1"}})


def test_a_token_of_a_transaction_holds_across_a_crash(server, dynamodb):
    create_table(dynamodb)
    update = {
        "TableName": "Orders",
        "Key": {"id": {"S": "1"}},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    dynamodb.transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken="token")
    server.kill()
    server.start()
    dynamodb = server.client("dynamodb")
    dynamodb.transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken="token")
    item = dynamodb.get_item(TableName="Orders", Key={"id": {"S": "1"}})["Item"]
    assert item["n"] == {"N": "1"}


def test_everything_acknowledged_survives_a_crash(server, dynamodb):
    create_table(dynamodb)
    acknowledged = []

    def put(number):
        try:
            dynamodb.put_item(TableName="Orders", Item={"id": {"S": str(number)}})
            acknowledged.append(str(number))
        except Exception:
            pass

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for number in range(2000):
            pool.submit(put, number)
        wait_until(lambda: 200 <= len(acknowledged))
        server.kill()
    server.start()
    dynamodb = server.client("dynamodb")
    pages = dynamodb.get_paginator("scan").paginate(TableName="Orders", ConsistentRead=True)
    kept = {item["id"]["S"] for page in pages for item in page["Items"]}
    assert set(acknowledged) <= kept
    assert len(kept) <= len(acknowledged) + 16


def test_a_stream_is_read_from_its_beginning(dynamodb, streams):
    create_table(dynamodb, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    dynamodb.put_item(TableName="Orders", Item={"id": {"S": "1"}})
    dynamodb.delete_item(TableName="Orders", Key={"id": {"S": "1"}})
    arn = dynamodb.describe_table(TableName="Orders")["Table"]["LatestStreamArn"]
    assert streams.list_streams(TableName="Orders")["Streams"][0]["StreamArn"] == arn
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "REMOVE"]


def test_a_missing_table(dynamodb):
    with pytest.raises(ClientError) as refused:
        dynamodb.get_item(TableName="Nothing", Key={"id": {"S": "1"}})
    assert refused.value.response["Error"] == {
        "Code": "ResourceNotFoundException",
        "Message": "Requested resource not found",
    }
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_batch_larger_than_a_mebibyte(dynamodb):
    create_table(dynamodb)
    puts = [{"PutRequest": {"Item": {"id": {"S": str(n)}, "text": {"S": "x" * 300_000}}}} for n in range(25)]
    assert dynamodb.batch_write_item(RequestItems={"Orders": puts})["UnprocessedItems"] == {}
    pages = list(dynamodb.get_paginator("scan").paginate(TableName="Orders", Select="COUNT"))
    assert sum(page["Count"] for page in pages) == 25
    assert 25 * 300_000 // 2**20 < len(pages), "a page ends at a mebibyte"


def test_the_command_line(server):
    def aws(*arguments):
        command = [sys.executable, "-m", "awscli", "--endpoint-url", server.url, "--region", REGION, "dynamodb", *arguments]
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **keys}, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    key = "AttributeName=id,KeyType=HASH"
    aws("create-table", "--table-name", "Orders", "--key-schema", key, "--billing-mode", "PAY_PER_REQUEST",
        "--attribute-definitions", "AttributeName=id,AttributeType=S")
    aws("put-item", "--table-name", "Orders", "--item", '{"id": {"S": "1"}, "n": {"N": "1.50"}}')
    got = aws("get-item", "--table-name", "Orders", "--key", '{"id": {"S": "1"}}')
    assert got["Item"] == {"id": {"S": "1"}, "n": {"N": "1.5"}}
    assert aws("list-tables") == {"TableNames": ["Orders"]}


def test_a_task_of_a_workflow_writes_an_item(server, run, states):
    dynamodb = server.client("dynamodb")
    create_table(dynamodb)
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {"TableName": "Orders", "Item": {"id": {"S.$": "$.id"}}},
        "ResultPath": None,
        "End": True,
    }
    execution = run({"StartAt": "Put", "States": {"Put": put}}, {"id": "7"})
    described = ended(states, execution)
    assert described["status"] == "SUCCEEDED", described
    assert dynamodb.get_item(TableName="Orders", Key={"id": {"S": "7"}})["Item"] == {"id": {"S": "7"}}


def test_a_crash_during_tasks_does_no_update_twice(server, create, states):
    dynamodb = server.client("dynamodb")
    create_table(dynamodb)
    add = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:updateItem",
        "Parameters": {
            "TableName": "Orders",
            "Key": {"id": {"S": "counter"}},
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        },
        "End": True,
    }
    machine = create({"StartAt": "Add", "States": {"Add": add}})
    started = []

    def start():
        try:
            started.append(states.start_execution(stateMachineArn=machine)["executionArn"])
        except Exception:
            pass

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in range(400):
            pool.submit(start)
        wait_until(lambda: 60 <= len(started))
        server.kill()
    server.start()
    states = server.client()
    executions = states.get_paginator("list_executions").paginate(stateMachineArn=machine)
    arns = [execution["executionArn"] for page in executions for execution in page["executions"]]
    assert set(started) <= set(arns)
    statuses = [ended(states, arn)["status"] for arn in arns]
    assert set(statuses) == {"SUCCEEDED"}
    item = server.client("dynamodb").get_item(TableName="Orders", Key={"id": {"S": "counter"}})["Item"]
    assert item["n"] == {"N": str(len(arns))}


def orders(dynamodb, name="Orders"):
    return dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )["TableDescription"]["TableArn"]


def test_a_backup_outlives_its_table_and_a_crash(server, dynamodb):
    arn = orders(dynamodb)
    for number in range(30):
        dynamodb.put_item(TableName="Orders", Item={"id": {"S": str(number)}, "n": {"N": str(number)}})
    backup = dynamodb.create_backup(TableName="Orders", BackupName="nightly")["BackupDetails"]["BackupArn"]
    assert backup.startswith(f"{arn}/backup/")
    dynamodb.delete_table(TableName="Orders")
    server.kill()
    server.start()
    dynamodb = server.client("dynamodb")
    assert [found["BackupArn"] for found in dynamodb.list_backups()["BackupSummaries"]] == [backup]
    restored = dynamodb.restore_table_from_backup(TargetTableName="Again", BackupArn=backup)["TableDescription"]
    assert restored["RestoreSummary"]["SourceBackupArn"] == backup
    assert dynamodb.scan(TableName="Again", Select="COUNT")["Count"] == 30
    assert dynamodb.get_item(TableName="Again", Key={"id": {"S": "7"}})["Item"]["n"] == {"N": "7"}
    dynamodb.delete_backup(BackupArn=backup)
    with pytest.raises(ClientError) as error:
        dynamodb.describe_backup(BackupArn=backup)
    assert error.value.response["Error"]["Code"] == "BackupNotFoundException"


def test_recovery_is_switched_on_and_restores_the_latest_state(dynamodb):
    orders(dynamodb)
    dynamodb.put_item(TableName="Orders", Item={"id": {"S": "1"}})
    restore = {"SourceTableName": "Orders", "TargetTableName": "Again", "UseLatestRestorableTime": True}
    with pytest.raises(ClientError) as error:
        dynamodb.restore_table_to_point_in_time(**restore)
    assert error.value.response["Error"]["Code"] == "PointInTimeRecoveryUnavailableException"
    dynamodb.update_continuous_backups(TableName="Orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    found = dynamodb.describe_continuous_backups(TableName="Orders")["ContinuousBackupsDescription"]
    assert found["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    dynamodb.restore_table_to_point_in_time(**restore)
    assert dynamodb.scan(TableName="Again", Select="COUNT")["Count"] == 1


def test_a_table_has_a_policy(dynamodb):
    arn = orders(dynamodb)
    text = json.dumps({"Version": "2012-10-17", "Statement": []})
    revision = dynamodb.put_resource_policy(ResourceArn=arn, Policy=text)["RevisionId"]
    assert dynamodb.get_resource_policy(ResourceArn=arn) | {"ResponseMetadata": 0} == {
        "Policy": text, "RevisionId": revision, "ResponseMetadata": 0}
    with pytest.raises(ClientError) as error:
        dynamodb.put_resource_policy(ResourceArn=arn, Policy="{}", ExpectedRevisionId="NO_POLICY")
    assert error.value.response["Error"]["Code"] == "PolicyNotFoundException"
    dynamodb.delete_table(TableName="Orders")
    orders(dynamodb)
    with pytest.raises(ClientError) as error:
        dynamodb.get_resource_policy(ResourceArn=arn)
    assert error.value.response["Error"]["Code"] == "PolicyNotFoundException", "it went with its table"
