"""What AWS answered, replayed: the recordings of `../shared/corpus/stepfunctions` against a server of ours.

The corpus brings its own replayer, and what is compared, and how, stays its business. A recording doesn't hold
everything that was there when it was made, though: `Recording` supplies the code of functions and the bytes of
objects, puts real names, ARNs, receipt handles and task tokens where the recorder left a word, and starts the machine
that was meant where two were recorded under one name.
"""

import datetime
import functools
import importlib.util
import io
import json
import os
import pathlib
import re
import zipfile

from freehold import ACCOUNT, REGION, Server, wait_until

CORPUS = pathlib.Path(os.environ.get("FREEHOLD_CORPUS", pathlib.Path(__file__).parents[3] / "shared" / "corpus"))
FOLDER = CORPUS / "stepfunctions"

ECHO = "def handler(event, context):\n    return event\n"
RAISES = 'def handler(event, context):\n    raise Exception("Some exception was raised.")\n'
SLEEPS = "import time\n\n\ndef handler(event, context):\n    time.sleep(60)\n"
# By the length of their archives, the one thing that is recorded of functions.
FUNCTIONS = {
    164: ECHO,
    175: 'def handler(event, context):\n    return "HelloWorld!"\n',
    181: 'def handler(event, context):\n    return f"input-event-{event}"\n',
    302: (
        "class CustomException(Exception):\n    message: str\n\n"
        "    def __init__(self):\n        self.message = 'CustomException message'\n\n\n"
        "def handler(event, context):\n    raise CustomException()\n"
    ),
    361: "def handler(event, context):\n    return 'a' * (262144 + 1024)\n",
}
# What S3's objects held, by the length that is recorded of them.
OBJECTS = {0: b"", 15: b"byte array data"}
# An instant so many days after the recording was made. The corpus holds it as a date, which comes nearer every day.
DAYS_AHEAD = re.compile(r"_in_future_boundary_(\d+)_")
# Members that the recorder's words stand for, whatever they held.
VOLATILE = re.compile(r"\.(content-length|date)(\[0\])?$|billedDurationInMilliseconds$")


def corpus_tool():
    """The corpus's own `replay.py`, as a module."""
    spec = importlib.util.spec_from_file_location("replay", FOLDER / "tools" / "replay.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.Cmp = comparison_class(module)
    return module


def recordings():
    """Every whole recording, by name."""
    cases = (json.loads(path.read_text()) for path in sorted(FOLDER.glob("cases/**/*.json")))
    return {case["name"]: case for case in cases if case["capture_complete"]}


def differences(tool, case):
    """Where a server of its own answers a case otherwise than AWS did: pairs of a path and a text."""
    server = Server()
    try:
        settings = tool.argparse.Namespace(
            endpoint=server.url, aux=server.url, account=ACCOUNT, region=REGION, role="workflow", timeout=60,
            localstack_skips=False,
        )
        found = recording_class(tool)(case, settings).run()
        return [f"{path}: AWS {expected!r:.200}, here {got!r:.200}" for path, expected, got in found]
    except Exception as failure:
        return [f"{type(failure).__name__}: {failure}"]
    finally:
        server.close()


def comparison_class(tool):
    class Comparison(tool.Cmp):
        """The tool's comparison, that also knows what else the recorder has put in place of values."""

        def cmp(self, expected, got, path):
            if path.endswith("HttpHeaders") and isinstance(got, dict):
                # DynamoDB has spelled a header in two ways within one recording.
                expected, got = ({name.lower(): value for name, value in of.items()} for of in (expected, got))
            if not VOLATILE.search(path) and not self.names_itself(path, expected):
                super().cmp(expected, got, path)

        @staticmethod
        def names_itself(path, expected):
            """`"RequestId": "RequestId"`, or `"output": "stateExitedEventDetails.output"`."""
            member = re.sub(r"\[\d+\]", "", path).lower()
            return isinstance(expected, str) and f".{member}".endswith("." + expected.strip("<>").lower())

        def events(self, expected, got, path):
            """Where the recorder has taken the ids, it has taken the end of a Parallel state too."""
            unordered = any(event.get("id") in ([0], 0) for event in expected)
            if unordered and not any(event["type"] == "ParallelStateFailed" for event in expected):
                got = [event for event in got if event["type"] != "ParallelStateFailed"]
            super().events(expected, got, path)

    return Comparison


@functools.cache
def recording_class(tool):
    class Recording(tool.Replay):
        def __init__(self, case, settings):
            super().__init__(case, settings)
            self.handle = self.token = self.queue = self.meanwhile = None
            self.started = False
            self.machines = []
            self.groups = []
            self.bind_names()

        def bind_names(self):
            """Words for names of other services' resources get a value that these services take."""
            for account in ("<test_aws_account_id>", "<secondary_test_aws_account_id>"):
                self.sub[account] = ACCOUNT
            for role in ("<trusted_role_arn>", "<untrusted_role_arn>"):
                self.sub[role] = f"arn:aws:iam::{ACCOUNT}:role/workflow"
            for number in range(1, 10):
                self.sub[f"<resource:{number}>"] = f"resource-{number}"
            for step in self.c["steps"]:
                fifo = ".fifo" if step["params"].get("Attributes", {}).get("FifoTopic") == "true" else ""
                for member in ("Name", "QueueName", "Bucket", "TableName", "FunctionName", "logGroupName"):
                    word = step["params"].get(member)
                    if isinstance(word, str) and re.fullmatch(r"<[^<>]*>|bucket_name", word):
                        self.sub[word] = re.sub(r"\W|_", "", word) + self.fresh + fifo

        def fill(self, value, key=None):
            if isinstance(value, dict) and set(value) == {"__bytes_len__"}:
                return self.content(value["__bytes_len__"], key)
            if isinstance(value, str):
                queues = rf"http://sqs\.<region>[^/]*/{'1' * 12}/"
                value = re.sub(queues, f"{self.a.endpoint}/{ACCOUNT}/", value)
            return super().fill(value, key)

        def content(self, length, key):
            if key == "Body":
                return OBJECTS.get(length, b"a" * length)
            archive = io.BytesIO()
            with zipfile.ZipFile(archive, "w") as code:
                code.writestr("handler.py", self.function(length))
            return archive.getvalue()

        def function(self, length):
            recorded = json.dumps(self.c["expected"])
            if length not in FUNCTIONS:
                return SLEEPS if "States.Timeout" in recorded else RAISES
            return FUNCTIONS[length]

        def client(self, service):
            return Client(super().client(service), self)

        def run(self):
            found = super().run()
            for step in self.c["steps"]:
                if "logged_execution_events" in step.get("expect_derived", []):
                    compared = tool.Cmp(self.a)
                    compared.cmp(self.c["expected"]["logged_execution_events"], self.logged(), "logged")
                    found = found + compared.diffs
            return found

        def logged(self):
            """The events that the test found in the log group, in their order."""
            logs = self.client("logs")
            messages = logs.filter_log_events(logGroupName=self.groups[-1], limit=1000)["events"]
            events = [json.loads(message["message"]) for message in messages]
            return sorted(events, key=lambda event: (event["execution_arn"], int(event["id"])))

        def before_create_state_machine(self, arguments):
            """Two machines of a case may have been recorded under one word: the later gets a name of its own."""
            self.machines.append(arguments["name"] + "-later" * self.machines.count(arguments["name"]))
            return {**arguments, "name": self.machines[-1]}

        def before_start_execution(self, arguments):
            """With two machines of one word, the test starts the later, which starts the first."""
            arn, last = arguments["stateMachineArn"], self.machines[-1]
            if last.removesuffix("-later") == arn.rpartition(":")[2]:
                arn = arn.removesuffix("-later") + last.removeprefix(last.removesuffix("-later"))
            return {**arguments, "stateMachineArn": arn, **self.far_instant()}

        def far_instant(self):
            """The input of a case whose instant is to be as far from now as it was from the recording."""
            days = DAYS_AHEAD.search(self.c["name"])
            if not days:
                return {}
            instant = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=int(days[1]))
            return {"input": json.dumps({"start_at": f"{instant:%Y-%m-%dT%H:%M:%S.000Z}"})}

        def after_create_queue(self, answer):
            self.queue = answer["QueueUrl"]
            for word in ("<sqs_queue_url>", "sqs_queue_url", "<queue-url>"):
                self.sub[word] = answer["QueueUrl"]

        def after_create_topic(self, answer):
            self.sub["topic-arn"] = answer["TopicArn"]

        def after_receive_message(self, answer):
            for message in answer.get("Messages", []):
                self.handle = message["ReceiptHandle"]
                self.token = re.search(r"TaskToken\W+([\w+/=-]+)", message["Body"])

        def before_delete_message(self, arguments):
            return {**arguments, "ReceiptHandle": self.received("handle")}

        def before_send_task_success(self, arguments):
            return self.with_token("send_task_success", arguments)

        def before_send_task_failure(self, arguments):
            return self.with_token("send_task_failure", arguments)

        def with_token(self, operation, arguments):
            """A token that came in a message. One that is sent before anything was started was sent meanwhile."""
            if not re.match("<|stub", arguments["taskToken"]):
                return arguments
            if not self.started:
                self.meanwhile = (operation, arguments)
                return None
            return {**arguments, "taskToken": self.received("token").group(1)}

        def after_start_execution(self, _answer):
            self.started = True
            if self.meanwhile:
                operation, arguments = self.meanwhile
                getattr(self.client("stepfunctions"), operation)(**arguments)

        def received(self, what):
            """The handle of the message in the queue, or the task token in it."""
            sqs = self.client("sqs")

            def look():
                if not getattr(self, what):
                    sqs.receive_message(QueueUrl=self.queue, VisibilityTimeout=0)
                return getattr(self, what)

            return wait_until(look)

        def before_create_log_group(self, arguments):
            """Two groups of a case may have been recorded under one word."""
            self.groups.append(arguments["logGroupName"] + f"-{len(self.groups)}" * bool(self.groups))
            return {**arguments, "logGroupName": self.groups[-1]}

        def before_get_log_events(self, arguments):
            """Streams were recorded by the ARN of their machine."""
            logs, group = self.client("logs"), arguments["logGroupName"]
            streams = wait_until(lambda: logs.describe_log_streams(logGroupName=group)["logStreams"])
            return {**arguments, "logStreamName": streams[-1]["logStreamName"]}

        def before_get_object(self, arguments):
            """A manifest was recorded under the name of its map run."""
            objects = self.client("s3").list_objects_v2(Bucket=arguments["Bucket"])["Contents"]
            name = arguments["Key"].rpartition("/")[2]
            found = [item["Key"] for item in objects if name == "manifest.json" and item["Key"].endswith(name)]
            return {**arguments, "Key": found[0] if found else arguments["Key"]}

        def after_get_object(self, answer):
            answer["Body"] = answer["Body"].read().decode()

    return Recording


class Client:
    """A boto3 client whose calls a recording may adjust before, and look at after."""

    def __init__(self, client, recording):
        self.client = client
        self.recording = recording

    def __getattr__(self, operation):
        def call(**arguments):
            before = getattr(self.recording, f"before_{operation}", None)
            arguments = before(arguments) if before else arguments
            if arguments is None:
                return {}
            answer = getattr(self.client, operation)(**arguments)
            after = getattr(self.recording, f"after_{operation}", None)
            if after:
                after(answer)
            return answer

        return call
