"""What the documentation of the examples tells to paste, pasted."""

import os
import re
import subprocess

from world import WORKSPACE


def pasted(readme, server):
    """The output of all its shell blocks, in one shell that stops at the first error."""
    blocks = re.findall(r"```sh\n(.*?)```", readme.read_text(), re.DOTALL)
    script = "set -euo pipefail\n" + "\n".join(blocks).replace("http://127.0.0.1:4566", server.url)
    shell = subprocess.run(["bash", "-c", script], cwd=WORKSPACE, env=os.environ, capture_output=True, text=True, timeout=120)
    assert shell.returncode == 0, shell.stdout + shell.stderr
    return shell.stdout


def test_order_fulfilment(server):
    output = pasted(WORKSPACE / "examples" / "order-fulfilment" / "README.md", server)
    assert output.count("SUCCEEDED") == 2 and "parcel-lamp-2" in output and "parcel-desk-5" in output
    assert "lamp: CardRefused" in output
    # Five lamps, of which two went to the first order.
    assert re.search(r"^3$", output, re.MULTILINE), output
