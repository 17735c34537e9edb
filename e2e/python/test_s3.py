"""S3 by boto3, the AWS CLI and plain HTTP."""

import hashlib
import json
import os
import subprocess
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

from freehold import ROLE
from world import World


@pytest.fixture
def s3(server):
    return server.client("s3", s3={"addressing_style": "path"})


@pytest.fixture
def bucket(s3):
    s3.create_bucket(Bucket="things")
    return "things"


def code(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"]


def keys(page, what="Contents"):
    return [entry["Key"] for entry in page.get(what, [])]


def test_a_bucket_may_be_called_health(s3):
    s3.create_bucket(Bucket="health")
    s3.put_object(Bucket="health", Key="health", Body=b"x")
    assert [it["Key"] for it in s3.list_objects_v2(Bucket="health")["Contents"]] == ["health"]
    assert [it["Key"] for it in s3.list_objects(Bucket="health")["Contents"]] == ["health"]


def test_a_bucket_lives_until_it_is_empty_and_deleted(s3):
    s3.create_bucket(Bucket="one")
    assert [found["Name"] for found in s3.list_buckets()["Buckets"]] == ["one"]
    s3.put_object(Bucket="one", Key="k", Body=b"x")
    assert code(s3.delete_bucket, Bucket="one") == "BucketNotEmpty"
    s3.delete_object(Bucket="one", Key="k")
    s3.delete_bucket(Bucket="one")
    assert code(s3.head_bucket, Bucket="one") == "404"
    assert code(s3.put_object, Bucket="one", Key="k", Body=b"x") == "NoSuchBucket"
    assert code(s3.get_object, Bucket="one", Key="k") == "NoSuchBucket"


def test_an_object_comes_back_as_it_was_put(s3, bucket):
    body = os.urandom(300_000)
    put = s3.put_object(
        Bucket=bucket, Key="a/ä b.bin", Body=body, ContentType="image/x", Metadata={"Owner": "ann"}, CacheControl="no-cache"
    )
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    found = s3.get_object(Bucket=bucket, Key="a/ä b.bin")
    assert found["Body"].read() == body
    assert (found["ContentType"], found["Metadata"], found["CacheControl"]) == ("image/x", {"owner": "ann"}, "no-cache")
    head = s3.head_object(Bucket=bucket, Key="a/ä b.bin")
    assert head["ContentLength"] == len(body) and head["ETag"] == put["ETag"]
    assert code(s3.get_object, Bucket=bucket, Key="b") == "NoSuchKey"
    assert code(s3.head_object, Bucket=bucket, Key="b") == "404"


def test_ranges_and_conditions(s3, bucket):
    tag = s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")["ETag"]
    for given, wanted in [("bytes=2-4", b"234"), ("bytes=7-", b"789"), ("bytes=-2", b"89"), ("bytes=5-100", b"56789")]:
        found = s3.get_object(Bucket=bucket, Key="k", Range=given)
        assert found["Body"].read() == wanted and found["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert found["ContentRange"] == "bytes 5-9/10"
    assert code(s3.get_object, Bucket=bucket, Key="k", Range="bytes=20-") == "InvalidRange"
    assert code(s3.get_object, Bucket=bucket, Key="k", IfNoneMatch=tag) == "304"
    assert code(s3.get_object, Bucket=bucket, Key="k", IfMatch='"other"') == "PreconditionFailed"
    assert code(s3.put_object, Bucket=bucket, Key="k", Body=b"x", IfNoneMatch="*") == "PreconditionFailed"
    s3.put_object(Bucket=bucket, Key="new", Body=b"x", IfNoneMatch="*")


def test_checksums_are_held_against_the_body(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ChecksumAlgorithm="SHA256")
    assert put["ChecksumSHA256"] == "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
    found = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert found["Body"].read() == b"hello" and found["ChecksumSHA256"] == put["ChecksumSHA256"]
    assert code(s3.put_object, Bucket=bucket, Key="k", Body=b"hello", ChecksumCRC32="AAAAAA==") == "BadDigest"
    assert code(s3.put_object, Bucket=bucket, Key="k", Body=b"hello", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA==") == "BadDigest"
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"hello"


def test_what_a_workflow_puts_has_a_checksum(server, s3, bucket):
    world = World(server)
    task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:putObject", "End": True}
    task["Parameters"] = {"Bucket": bucket, "Key": "k", "Body": "text"}
    definition = json.dumps({"StartAt": "Put", "States": {"Put": task}})
    machine = world.stepfunctions.create_state_machine(name="put", definition=definition, roleArn=ROLE)
    world.run(machine["stateMachineArn"])
    assert s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["ChecksumCRC32"] == "P92AXg=="


def test_lists_by_prefix_delimiter_and_page(s3, bucket):
    for key in ["a/1", "a/2", "b/1", "c", "d e", "f+g"]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    page = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert keys(page) == ["c", "d e", "f+g"]
    assert [found["Prefix"] for found in page["CommonPrefixes"]] == ["a/", "b/"]
    assert keys(s3.list_objects_v2(Bucket=bucket, Prefix="a/")) == ["a/1", "a/2"]
    for name in ["list_objects_v2", "list_objects"]:
        for delimiter in ["", "/"]:
            pages = s3.get_paginator(name).paginate(Bucket=bucket, Delimiter=delimiter, PaginationConfig={"PageSize": 2})
            found = [key for page in pages for key in keys(page)]
            assert found == (["c", "d e", "f+g"] if delimiter else ["a/1", "a/2", "b/1", "c", "d e", "f+g"]), name
    assert keys(s3.list_objects_v2(Bucket=bucket, StartAfter="c")) == ["d e", "f+g"]


def test_versions_are_kept_marked_and_brought_back(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"2")["VersionId"]
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=first)["Body"].read() == b"1"
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"] and code(s3.get_object, Bucket=bucket, Key="k") == "NoSuchKey"
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []
    listed = s3.list_object_versions(Bucket=bucket)
    assert [found["VersionId"] for found in listed["Versions"]] == [second, first]
    assert [found["IsLatest"] for found in listed["DeleteMarkers"]] == [True]
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1})
    assert sum(len(page.get("Versions", []) + page.get("DeleteMarkers", [])) for page in pages) == 3
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"2"
    s3.delete_object(Bucket=bucket, Key="k", VersionId=second)
    assert s3.get_object(Bucket=bucket, Key="k")["VersionId"] == first
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"3")["VersionId"] == "null"
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"4")["VersionId"] == "null"
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 2


def test_a_large_object_comes_in_parts(s3, bucket):
    parts = [os.urandom(5 * 1024 * 1024), os.urandom(5 * 1024 * 1024), b"the end"]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big", ContentType="text/x", Metadata={"a": "b"})["UploadId"]
    of_upload = {"Bucket": bucket, "Key": "big", "UploadId": upload}
    tags = [s3.upload_part(**of_upload, PartNumber=n, Body=part)["ETag"] for n, part in enumerate(parts, start=1)]
    assert [part["Size"] for part in s3.list_parts(**of_upload)["Parts"]] == [len(part) for part in parts]
    assert [found["UploadId"] for found in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    listed = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, start=1)]
    assert code(s3.complete_multipart_upload, **of_upload, MultipartUpload={"Parts": listed[::-1]}) == "InvalidPartOrder"
    wrong = [{**listed[0], "ETag": '"0"'}]
    assert code(s3.complete_multipart_upload, **of_upload, MultipartUpload={"Parts": wrong}) == "InvalidPart"
    done = s3.complete_multipart_upload(**of_upload, MultipartUpload={"Parts": listed})
    digest = hashlib.md5(b"".join(hashlib.md5(part).digest() for part in parts)).hexdigest()
    assert done["ETag"] == f'"{digest}-3"'
    found = s3.get_object(Bucket=bucket, Key="big")
    assert found["Body"].read() == b"".join(parts) and found["Metadata"] == {"a": "b"}
    across = s3.get_object(Bucket=bucket, Key="big", Range=f"bytes={len(parts[0]) - 2}-{len(parts[0]) + 1}")
    assert across["Body"].read() == parts[0][-2:] + parts[1][:2]
    assert s3.get_object(Bucket=bucket, Key="big", PartNumber=3)["Body"].read() == b"the end"
    assert code(s3.list_parts, **of_upload) == "NoSuchUpload"


def test_an_upload_that_is_given_up_leaves_nothing(server, s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x" * 1000)
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    assert code(s3.upload_part, Bucket=bucket, Key="k", UploadId=upload, PartNumber=2, Body=b"x") == "NoSuchUpload"


def test_copies_tags_and_many_deletions(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"body", Metadata={"x": "1"}, Tagging="one=1&two=2")
    copied = s3.copy_object(Bucket=bucket, Key="b", CopySource={"Bucket": bucket, "Key": "a"})
    assert copied["CopyObjectResult"]["ETag"] == s3.head_object(Bucket=bucket, Key="a")["ETag"]
    s3.delete_object(Bucket=bucket, Key="a")
    found = s3.get_object(Bucket=bucket, Key="b")
    assert (found["Body"].read(), found["Metadata"], found["TagCount"]) == (b"body", {"x": "1"}, 2)
    s3.put_object_tagging(Bucket=bucket, Key="b", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    assert s3.get_object_tagging(Bucket=bucket, Key="b")["TagSet"] == [{"Key": "k", "Value": "v"}]
    assert code(s3.copy_object, Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "none"}) == "NoSuchKey"
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}, {"Key": "none"}]})
    assert sorted(keys(deleted, "Deleted")) == ["b", "none"] and keys(s3.list_objects_v2(Bucket=bucket)) == []


def test_presigned_urls_work_until_they_expire(server, s3, bucket):
    put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    with urllib.request.urlopen(urllib.request.Request(put, b"by url", method="PUT")) as reply:
        assert reply.status == 200
    get = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    assert urllib.request.urlopen(get).read() == b"by url"
    old = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=-5)
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(old)
    assert error.value.code == 403 and b"Request has expired" in error.value.read()


def test_configurations_are_kept(s3, bucket):
    assert code(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"
    assert code(s3.get_bucket_tagging, Bucket=bucket) == "NoSuchTagSet"
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "a", "Value": "b"}]
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == [rule]
    s3.delete_bucket_cors(Bucket=bucket)
    assert code(s3.get_bucket_cors, Bucket=bucket) == "NoSuchCORSConfiguration"


def test_a_queue_is_told_of_what_happens(server, s3, bucket):
    world = World(server)
    queue = world.queue("told")
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": world.queue_arn(queue),
                    "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".jpg"}]}},
                }
            ]
        },
    )
    s3.put_object(Bucket=bucket, Key="a.txt", Body=b"x")
    s3.put_object(Bucket=bucket, Key="ä b.jpg", Body=b"xyz")
    s3.delete_object(Bucket=bucket, Key="ä b.jpg")
    records = [json.loads(body)["Records"][0] for body in world.receive(queue, 2)]
    created, removed = sorted(records, key=lambda record: record["eventName"])
    assert (created["eventName"], removed["eventName"]) == ("ObjectCreated:Put", "ObjectRemoved:Delete")
    assert created["s3"]["object"]["key"] == "%C3%A4+b.jpg" and created["s3"]["object"]["size"] == 3


def test_a_target_that_is_not_there_is_not_taken(s3, bucket):
    queue = {"QueueArn": "arn:aws:sqs:us-east-1:000000000000:missing", "Events": ["s3:ObjectCreated:*"]}
    topic = {"TopicArn": "arn:aws:sns:us-east-1:000000000000:missing", "Events": ["s3:ObjectCreated:*"]}
    function = {"LambdaFunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:missing",
                "Events": ["s3:ObjectCreated:*"]}
    for configuration in ({"QueueConfigurations": [queue]}, {"TopicConfigurations": [topic]},
                          {"LambdaFunctionConfigurations": [function]}):
        arguments = {"Bucket": bucket, "NotificationConfiguration": configuration}
        with pytest.raises(ClientError) as refused:
            s3.put_bucket_notification_configuration(**arguments)
        error = refused.value.response["Error"]
        assert error["Code"] == "InvalidArgument"
        assert error["Message"] == "Unable to validate the following destination configurations"
        s3.put_bucket_notification_configuration(**arguments, SkipDestinationValidation=True)


def test_objects_survive_a_crash(server, s3, bucket):
    bodies = {f"k{n}": os.urandom(5_000) for n in range(30)}
    for key, body in bodies.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    server.kill()
    server.start()
    s3 = server.client("s3", s3={"addressing_style": "path"})
    assert {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in bodies} == bodies


def test_the_aws_cli_copies_folders(server, tmp_path):
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }

    def aws(*arguments):
        return subprocess.run(["aws", "s3", *arguments], env=environment, check=True, capture_output=True, text=True).stdout

    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "a.txt").write_text("hello")
    (tmp_path / "from" / "big").write_bytes(os.urandom(20 * 1024 * 1024))
    aws("mb", "s3://folder")
    aws("sync", str(tmp_path / "from"), "s3://folder/x")
    assert "a.txt" in aws("ls", "s3://folder/x/")
    aws("cp", "--recursive", "s3://folder/x", str(tmp_path / "to"))
    for name in ["a.txt", "big"]:
        assert (tmp_path / "to" / name).read_bytes() == (tmp_path / "from" / name).read_bytes()


def test_what_a_bucket_is_told_comes_back(s3, bucket):
    rules = [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 3}}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == rules
    website = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}}
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=website)
    found = s3.get_bucket_website(Bucket=bucket)
    assert (found["IndexDocument"], found["ErrorDocument"]) == (website["IndexDocument"], website["ErrorDocument"])
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    granted = [(grant["Permission"], grant["Grantee"].get("URI")) for grant in s3.get_bucket_acl(Bucket=bucket)["Grants"]]
    assert granted == [("FULL_CONTROL", None), ("READ", "http://acs.amazonaws.com/groups/global/AllUsers")]


def test_a_browser_is_told_who_may_ask(s3, bucket, server):
    rule = {"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["x-amz-*"], "ExposeHeaders": ["ETag"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})

    def preflight(origin, method):
        headers = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "x-amz-date"}
        return urllib.request.urlopen(urllib.request.Request(f"{server.url}/{bucket}/k", headers=headers, method="OPTIONS"))

    allowed = preflight("https://app.example.com", "PUT").headers
    assert allowed["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert allowed["Access-Control-Allow-Headers"] == "x-amz-date"
    for origin, method in [("https://example.org", "PUT"), ("https://app.example.com", "DELETE")]:
        with pytest.raises(urllib.error.HTTPError) as refused:
            preflight(origin, method)
        assert refused.value.code == 403
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    link = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
    reply = urllib.request.urlopen(urllib.request.Request(link, headers={"Origin": "https://app.example.com"}))
    assert reply.headers["Access-Control-Expose-Headers"] == "ETag"


def posted(post, file=b"hello", filename="C:\\up\\up.txt", **others):
    """The reply to a browser's form."""
    lines = []
    for name, value in {**post["fields"], **others}.items():
        lines += ["--edge", f'Content-Disposition: form-data; name="{name}"', "", value]
    lines += ["--edge", f'Content-Disposition: form-data; name="file"; filename="{filename}"', "Content-Type: text/plain", "", ""]
    body = "\r\n".join(lines).encode() + file + b"\r\n--edge--\r\n"
    request = urllib.request.Request(post["url"], data=body, headers={"Content-Type": "multipart/form-data; boundary=edge"})
    try:
        return urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        return error


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_form_uploads_an_object(server, bucket, version):
    s3 = server.client("s3", s3={"addressing_style": "path"}, signature_version=version)
    status = {"success_action_status": "201"}
    post = s3.generate_presigned_post(bucket, "in/${filename}", Fields=status, Conditions=[status])
    # The SDK for JavaScript writes some of the names in capitals.
    post["fields"] = {name.replace("x-amz", "X-Amz"): value for name, value in post["fields"].items()}
    reply = posted(post)
    text = reply.read().decode()
    assert reply.status == 201, text
    assert s3.get_object(Bucket=bucket, Key="in/up.txt")["Body"].read() == b"hello"
    location = f"{server.url}/{bucket}/in%2Fup.txt"
    assert f"<Location>{location}</Location>" in text and "<Key>in/up.txt</Key>" in text
    assert reply.headers["Location"] == location
    assert reply.headers["ETag"] == s3.head_object(Bucket=bucket, Key="in/up.txt")["ETag"]


def test_a_form_holds_what_its_policy_says(s3, bucket):
    post = s3.generate_presigned_post(bucket, "in/${filename}", Conditions=[["content-length-range", 1, 5]])
    assert posted(post).status == 204
    assert b"<Code>EntityTooLarge</Code>" in posted(post, b"hello!").read()
    for others, reason in [
        ({"key": "other"}, b"Policy Condition failed: [&quot;starts-with&quot;, &quot;$key&quot;, &quot;in/&quot;]"),
        ({"x-amz-meta-a": "1"}, b"Extra input fields: x-amz-meta-a"),
    ]:
        reply = posted(post, **others)
        text = reply.read()
        assert reply.status == 403 and b"<Message>Invalid according to Policy: " + reason in text, text


def test_an_upload_in_parts_tells_where_it_is(server, s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="a/b c")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="a/b c", UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    done = s3.complete_multipart_upload(Bucket=bucket, Key="a/b c", UploadId=upload,
                                        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
    assert done["Location"] == f"{server.url}/{bucket}/a%2Fb%20c"


def test_headers_in_a_link_are_those_of_the_object(s3, bucket):
    link = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "k", "Metadata": {"venue": "123"}})
    urllib.request.urlopen(urllib.request.Request(link, data=b"x", method="PUT", headers={"x-amz-meta-venue": "123"}))
    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == {"venue": "123"}


def test_a_refused_condition_is_named(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"y", IfNoneMatch="*")
    assert error.value.response["Error"]["Condition"] == "If-None-Match"
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="other")
    assert error.value.response["Error"]["Key"] == "other"
