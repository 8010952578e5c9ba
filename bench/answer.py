"""How a rival's program talks to bench.py: a JSON object a line on standard input
({"do": NAME, ...}) is answered by one on standard output. Whatever else the program or
its libraries print goes to standard error."""
import json
import os
import sys


def answer(functions):
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        question = json.loads(line)
        try:
            reply = functions[question.pop("do")](**question)
        except Exception as error:
            text = str(error).strip() or type(error).__name__
            reply = {"error": f"{type(error).__name__}: {text.splitlines()[0]}"}
        out.write(json.dumps(reply) + "\n")
        out.flush()
