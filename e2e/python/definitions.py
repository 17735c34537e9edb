"""State machines that several tests use."""


def machine(**states):
    """The states in their order; the first one starts."""
    return {"StartAt": next(iter(states)), "States": states}


PASS = machine(Hello={"Type": "Pass", "Result": {"hello": "world"}, "End": True})
WAIT_FOREVER = machine(Wait={"Type": "Wait", "Seconds": 99999999, "End": True})
FAIL = machine(Fail={"Type": "Fail", "Error": "Broken", "Cause": "on purpose"})


def activity(arn, **fields):
    return machine(Work={"Type": "Task", "Resource": arn, "End": True, **fields})
