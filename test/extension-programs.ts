// Programs that tests put where external extensions lie, and a custom runtime to run beside them.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What extensions of these tests are written in; they run where the system's own files are visible only. */
export const extensionPython = ["/usr/bin/python3", "/usr/local/bin/python3"].find((file) => existsSync(file));

/** Registers under its own name, says what it is told, and dwells over each invocation; `body` runs after the registration and before the first wait. */
export function extensionProgram(body = "", settings: { readonly dwellMs?: number; readonly events?: readonly string[]; readonly onShutdown?: string; readonly beforeRegister?: string } = {}): string {
  const { dwellMs = 0, events = ["INVOKE", "SHUTDOWN"], onShutdown = "sys.exit(0)", beforeRegister = "" } = settings;
  return `#!${extensionPython} -S
import http.client, json, os, sys, threading, time
def call(method, path, body=None, headers={}):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    return answer, answer.read().decode()
def say(*words):
    sys.stdout.write(" ".join(str(word) for word in words) + "\\n")
    sys.stdout.flush()
name = os.path.basename(sys.argv[0])
${beforeRegister}
answer, text = call("POST", "/2020-01-01/extension/register", {"events": ${JSON.stringify(events)}}, {"Lambda-Extension-Name": name, "Lambda-Extension-Accept-Feature": "accountId"})
say("registered", answer.status, text)
me = {"Lambda-Extension-Identifier": answer.getheader("Lambda-Extension-Identifier")}
${body}
while True:
    answer, text = call("GET", "/2020-01-01/extension/event/next", None, me)
    event = json.loads(text)
    say("event", text)
    if event["eventType"] == "SHUTDOWN":
        ${onShutdown}
    time.sleep(${dwellMs / 1000})
`;
}

/** Listens at \`sandbox.localdomain\` on a port of its own, subscribes, and says what arrives. */
export function subscriber(api: "telemetry" | "logs", protocol: "HTTP" | "TCP", types: readonly string[], schemaVersion: string): string {
  const path = api === "telemetry" ? "/2022-07-01/telemetry" : "/2020-08-15/logs";
  const http = `
from http.server import BaseHTTPRequestHandler, HTTPServer
class Take(BaseHTTPRequestHandler):
    def do_POST(self):
        for event in json.loads(self.rfile.read(int(self.headers["Content-Length"]))): say("heard", json.dumps(event))
        self.send_response(200); self.end_headers()
    def log_message(self, *words): pass
server = HTTPServer(("sandbox.localdomain", 0), Take)
threading.Thread(target=server.serve_forever, daemon=True).start()
destination = {"protocol": "HTTP", "URI": "http://sandbox.localdomain:%d/take" % server.server_port}`;
  const tcp = `
import socket
server = socket.create_server(("127.0.0.1", 0))
def take():
    for line in server.accept()[0].makefile(): say("heard", line.strip())
threading.Thread(target=take, daemon=True).start()
destination = {"protocol": "TCP", "port": server.getsockname()[1]}`;
  return `${protocol === "HTTP" ? http : tcp}
answer, text = call("PUT", "${path}", {"schemaVersion": "${schemaVersion}", "types": ${JSON.stringify(types)}, "destination": destination, "buffering": {"timeoutMs": 25, "maxItems": 1000, "maxBytes": 262144}}, me)
say("subscribed", answer.status, text)
`;
}

/** A custom runtime in bash: answers with the event; `"crash"` ends it, `"hang"` keeps it. */
export const bashRuntime = `#!/bin/bash
API=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
trap 'echo "runtime got TERM"; exit 0' TERM
echo "runtime starts with $(env | grep -c ^_HANDLER=) handler"
while true; do
  curl -sS -D /tmp/headers -o /tmp/event "$API/invocation/next" & wait $!
  EVENT=$(cat /tmp/event)
  ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id /tmp/headers | tr -d '[:space:]' | cut -d: -f2)
  case "$EVENT" in
    '"crash"') exit 7 ;;
    '"hang"') sleep 60 & wait $! ;;
    *) echo "answering"; curl -sS -X POST "$API/invocation/$ID/response" -d "{\\"got\\":$EVENT}" >/dev/null ;;
  esac
done
`;

export interface OptDir {
  readonly dir: string;
  readonly remove: () => void;
}

/** A directory to be seen at /opt. */
export function optDir(extensions: Readonly<Record<string, string>>, mode = 0o755): OptDir {
  const dir = mkdtempSync(join(tmpdir(), "fugaz-opt-"));
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, "extensions"));
  for (const [name, text] of Object.entries(extensions)) {
    writeFileSync(join(dir, "extensions", name), text);
    chmodSync(join(dir, "extensions", name), mode);
  }
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
