"""Runs a Python handler on the Lambda Runtime API, as AWS's own runtime does.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
BASE = "/2018-06-01/runtime"


class Fault(Exception):
    """What keeps a handler from being found: reported under AWS's own error type."""

    def __init__(self, error_type, message):
        super().__init__(message)
        self.error_type = error_type
        self.message = message


class Identity:
    def __init__(self, cognito=None):
        cognito = cognito or {}
        self.cognito_identity_id = cognito.get("cognitoIdentityId")
        self.cognito_identity_pool_id = cognito.get("cognitoIdentityPoolId")


class Client:
    def __init__(self, fields):
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, fields.get(name))


class ClientContext:
    def __init__(self, given):
        self.custom = given.get("custom")
        self.env = given.get("env")
        self.client = Client(given.get("client") or {})


class Context:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn")
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        cognito = headers.get("Lambda-Runtime-Cognito-Identity")
        self.identity = Identity(json.loads(cognito) if cognito else None)
        client = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline_ms - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


class RuntimeApi:
    def __init__(self):
        self.connection = http.client.HTTPConnection(API)

    def request(self, method, path, body=None, headers=None):
        self.connection.request(method, BASE + path, body=body, headers=headers or {})
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()

    def post(self, path, body, error_type=None):
        headers = {"Content-Type": "application/json"}
        if error_type:
            headers["Lambda-Runtime-Function-Error-Type"] = error_type
        return self.request("POST", path, body, headers)[0]


class LogHandler(logging.Handler):
    """Writes records as AWS does: level, time, request id, message."""

    request_id = ""

    def emit(self, record):
        try:
            instant = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            line = f"[{record.levelname}]\t{instant}.{int(record.msecs):03d}Z\t{LogHandler.request_id}\t"
            # One record is one event: its line ends are carried as carriage returns.
            text = (line + self.format(record)).replace("\n", "\r")
            sys.stdout.write(text + "\n")
        except Exception:
            self.handleError(record)


def find_handler(name):
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}")
    except SyntaxError as error:
        text = f"Syntax error in module '{module_name}': {error}"
        raise Fault("Runtime.UserCodeSyntaxError", text)
    try:
        return getattr(module, function_name)
    except AttributeError:
        text = f"Handler '{function_name}' missing on module '{module_name}'"
        raise Fault("Runtime.HandlerNotFound", text)


def as_json(value):
    if hasattr(value, "as_tuple") and hasattr(value, "quantize"):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def error_body(error_type, message, frames, request_id):
    body = {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": frames}
    # With the blanks that Python writes (recorded: task_lambda_raise_exception_catch).
    return json.dumps(body).encode()


def frames_of(error):
    """The frames of the function's own code: those of this file come first and are left out."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__ and "<frozen importlib" not in frame.filename]
    # Wherever the code lies, AWS shows it in its own place.
    root = os.environ["LAMBDA_TASK_ROOT"].rstrip("/") + "/"
    return [line.replace(root, "/var/task/") for line in traceback.format_list(own)]


def log_error(error_type, message, frames):
    lines = ["[ERROR] " + (f"{error_type}: {message}" if message else error_type)]
    if frames:
        lines += ["Traceback (most recent call last):"] + [line.rstrip("\n") for line in frames]
    sys.stdout.write("\r".join(lines).replace("\n", "\r") + "\n")


def fail(api, path, error, request_id):
    frames = [] if isinstance(error, Fault) else frames_of(error)
    error_type = error.error_type if isinstance(error, Fault) else type(error).__name__
    message = error.message if isinstance(error, Fault) else str(error)
    log_error(error_type, message, frames)
    sys.stdout.flush()
    api.post(path, error_body(error_type, message, frames, request_id), error_type)


def handle_next(api, handler):
    status, headers, body = api.request("GET", "/invocation/next")
    if status != 200:
        raise SystemExit(f"the Runtime API answered {status}")
    context = Context(headers)
    LogHandler.request_id = context.aws_request_id
    if headers.get("Lambda-Runtime-Trace-Id"):
        os.environ["_X_AMZN_TRACE_ID"] = headers["Lambda-Runtime-Trace-Id"]
    path = f"/invocation/{context.aws_request_id}"
    try:
        result = handler(json.loads(body), context)
        try:
            reply = json.dumps(result, ensure_ascii=False, default=as_json).encode()
        except (TypeError, ValueError) as error:
            raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}")
    except Exception as error:
        fail(api, f"{path}/error", error, context.aws_request_id)
        return
    sys.stdout.flush()
    sys.stderr.flush()
    api.post(f"{path}/response", reply)


def layer_folders():
    """Where modules of layers are. The folder that AWS mounts as /opt is the one argument, if there are any."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    names = (f"python/lib/{version}/site-packages", "python")
    return [os.path.join(folder, name) for folder in sys.argv[1:] for name in names]


def main():
    sys.stdout.reconfigure(line_buffering=True)
    sys.path[:0] = [os.environ["LAMBDA_TASK_ROOT"], *layer_folders()]
    logging.getLogger().addHandler(LogHandler())
    api = RuntimeApi()
    try:
        handler = find_handler(os.environ["_HANDLER"])
    except Exception as error:
        fail(api, "/init/error", error, "")
        sys.exit(1)
    while True:
        handle_next(api, handler)


# The folder of this file is no place for a function's imports.
sys.path = [path for path in sys.path if path != os.path.dirname(os.path.abspath(__file__))]
main()
