"""Who may do what with S3 where policies are enforced: `freehold serve`, boto3 and plain HTTP."""

import json
import urllib.error
import urllib.request

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from enforced import refusal
from freehold import REGION
from test_s3 import posted


def client(server, service, key=None, secret=None, **config):
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **config)
    return boto3.client(service, endpoint_url=server.url, region_name=REGION, aws_access_key_id=key,
                        aws_secret_access_key=secret, config=config)


@pytest.fixture
def root(serve):
    s3 = client(serve, "s3", *serve.root.values())
    s3.create_bucket(Bucket="things")
    s3.put_object(Bucket="things", Key="k", Body=b"hello")
    return s3


@pytest.fixture
def stranger(serve):
    return client(serve, "s3", signature_version=UNSIGNED)


@pytest.fixture
def ann(serve):
    """A user without any policy."""
    iam = client(serve, "iam", *serve.root.values())
    arn = iam.create_user(UserName="ann")["User"]["Arn"]
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    s3 = client(serve, "s3", key["AccessKeyId"], key["SecretAccessKey"])
    s3.arn = arn
    return s3


def policy(effect, principal, *actions, resource="arn:aws:s3:::things/*", **condition):
    statement = {"Effect": effect, "Principal": principal, "Action": list(actions), "Resource": resource}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_stranger_reads_what_the_bucket_lets_everybody_read(root, stranger):
    assert refusal(stranger.get_object, Bucket="things", Key="k") ["Code"] == "AccessDenied"
    root.delete_public_access_block(Bucket="things")
    root.put_bucket_policy(Bucket="things", Policy=policy("Allow", "*", "s3:GetObject"))
    assert stranger.get_object(Bucket="things", Key="k")["Body"].read() == b"hello"
    assert refusal(stranger.put_object, Bucket="things", Key="k", Body=b"x")["Code"] == "AccessDenied"
    assert refusal(stranger.list_objects_v2, Bucket="things")["Code"] == "AccessDenied"
    assert root.get_bucket_policy_status(Bucket="things")["PolicyStatus"]["IsPublic"] is True


def test_a_public_policy_is_refused_while_the_bucket_blocks_it(root):
    public = policy("Allow", "*", "s3:GetObject")
    assert refusal(root.put_bucket_policy, Bucket="things", Policy=public)["Code"] == "AccessDenied"


def test_a_bucket_policy_gives_and_takes(root, ann):
    error = refusal(ann.get_object, Bucket="things", Key="k")
    assert error["Code"] == "AccessDenied"
    assert 'is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::things/k"' in error["Message"]
    root.put_bucket_policy(Bucket="things", Policy=policy("Allow", {"AWS": ann.arn}, "s3:GetObject"))
    assert ann.get_object(Bucket="things", Key="k")["Body"].read() == b"hello"
    root.put_bucket_policy(Bucket="things", Policy=policy("Deny", "*", "s3:GetObject"))
    assert refusal(ann.get_object, Bucket="things", Key="k")["Code"] == "AccessDenied"
    assert refusal(root.get_object, Bucket="things", Key="k")["Code"] == "AccessDenied", "the root too"
    root.delete_bucket_policy(Bucket="things")
    assert root.get_object(Bucket="things", Key="k")["Body"].read() == b"hello"


def test_a_condition_on_a_header_is_weighed(root, ann):
    only_encrypted = policy("Allow", {"AWS": ann.arn}, "s3:PutObject",
                            StringEquals={"s3:x-amz-server-side-encryption": "AES256"})
    root.put_bucket_policy(Bucket="things", Policy=only_encrypted)
    assert refusal(ann.put_object, Bucket="things", Key="n", Body=b"x")["Code"] == "AccessDenied"
    ann.put_object(Bucket="things", Key="n", Body=b"x", ServerSideEncryption="AES256")


def test_a_public_list_of_an_object_is_weighed(root, stranger):
    assert refusal(root.put_object_acl, Bucket="things", Key="k", ACL="public-read")["Code"] == "AccessControlListNotSupported"
    root.put_bucket_ownership_controls(
        Bucket="things", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]})
    assert refusal(root.put_object_acl, Bucket="things", Key="k", ACL="public-read")["Code"] == "AccessDenied"
    root.delete_public_access_block(Bucket="things")
    root.put_object_acl(Bucket="things", Key="k", ACL="public-read")
    assert stranger.get_object(Bucket="things", Key="k")["Body"].read() == b"hello"
    root.put_object_acl(Bucket="things", Key="k", ACL="private")
    assert refusal(stranger.get_object, Bucket="things", Key="k")["Code"] == "AccessDenied"


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_links_of_both_kinds_are_verified(serve, root, version):
    signer = client(serve, "s3", *serve.root.values(), signature_version=version)
    link = signer.generate_presigned_url("get_object", {"Bucket": "things", "Key": "k"}, ExpiresIn=60)
    assert urllib.request.urlopen(link).read() == b"hello"
    with pytest.raises(urllib.error.HTTPError) as other:
        urllib.request.urlopen(link.replace("/things/k?", "/things/other?"))
    assert other.value.code == 403 and b"SignatureDoesNotMatch" in other.value.read()


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_form_is_sent_by_who_has_signed_it(serve, root, ann, version):
    signer = client(serve, "s3", *serve.root.values(), signature_version=version)
    post = signer.generate_presigned_post("things", "in/${filename}")
    assert posted(post).status == 204
    assert root.get_object(Bucket="things", Key="in/up.txt")["Body"].read() == b"hello"
    name = "signature" if version == "s3" else "x-amz-signature"
    forged = posted(post, **{name: post["fields"][name][::-1]})
    assert forged.status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in forged.read()
    credentials = ann._request_signer._credentials
    ann_signs = client(serve, "s3", credentials.access_key, credentials.secret_key, signature_version=version)
    of_ann = posted(ann_signs.generate_presigned_post("things", "in/ann"))
    assert of_ann.status == 403 and b"user/ann is not authorized to perform: s3:PutObject" in of_ann.read()
    unknown = client(serve, "s3", "AKIAIOSFODNN7EXAMPLE", "x" * 40, signature_version=version)
    nobody = posted(unknown.generate_presigned_post("things", "in/x"))
    assert nobody.status == 403 and b"<Code>InvalidAccessKeyId</Code>" in nobody.read()
