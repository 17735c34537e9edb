"""What tasks reach outside of the server under test, and what has arrived there.

A task marks what it sends with its execution, its state and its attempt, so that each receiver can tell whether one
attempt was served twice.
"""

import collections
import http.server
import json
import pathlib
import random
import threading
import time

# As a Task state's parameters say it.
MARK = "States.Format('{} {} {}', $$.Execution.Name, $$.State.Name, $$.State.RetryCount)"

# The mark is written before the function goes on, in one call, so that a kill leaves it or doesn't.
RECORDER = """
import json, os, random, time

def handler(event, context):
    file = os.open(os.environ["RECORD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, (event["mark"] + "\\n").encode())
    os.close(file)
    time.sleep(random.uniform(0, 0.3))
    return event["mark"]
"""


class Web:
    """An HTTP server that takes its time, and keeps the marks of what it was asked."""

    def __init__(self):
        self.marks = []
        marks = self.marks

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                marks.append(body.get("mark") or body["Value"])
                time.sleep(random.uniform(0, 0.3))
                answer = b'{"Version": 1}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        class Patient(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """A server that was killed reads no answer."""

        self.server = Patient(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Record:
    """The file that functions append their marks to."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "record"

    @property
    def marks(self):
        return self.path.read_text().split("\n")[:-1] if self.path.exists() else []


def drained(queues, url):
    """Everything in a queue, each message once, however often it is delivered: ids with bodies."""
    messages, empty = {}, 0
    while empty < 3:
        got = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        empty = 0 if got else empty + 1
        for message in got:
            messages[message["MessageId"]] = message["Body"]
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return messages


def twice(marks):
    """Those that came more than once."""
    return {mark: count for mark, count in collections.Counter(marks).items() if 1 < count}
