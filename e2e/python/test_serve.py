"""`freehold serve`: signatures are checked against access keys that it stores."""

from enforced import of, printed_key, refusal


def test_the_root_key_is_printed_once_and_works_for_ever(serve):
    assert of(serve, "stepfunctions", serve.root).list_state_machines()["stateMachines"] == []
    serve.stop()
    assert printed_key(serve) is None
    serve.start()
    assert of(serve, "stepfunctions", serve.root).list_state_machines()["stateMachines"] == []


def test_other_keys_and_wrong_secrets_are_refused(serve):
    unknown = of(serve, "stepfunctions", {**serve.root, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE"})
    assert refusal(unknown.list_state_machines)["Code"] == "UnrecognizedClientException"
    forged = of(serve, "stepfunctions", {**serve.root, "SecretAccessKey": "x" * 40})
    assert refusal(forged.list_state_machines)["Code"] == "InvalidSignatureException"
