// The small static server: right types, nothing outside its folder, the next free port.

import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { serve } from "../../scripts/serve.mjs";

const folder = mkdtempSync(join(tmpdir(), "engram-serve-"));
mkdirSync(join(folder, "site"));
writeFileSync(join(folder, "secret.txt"), "secret");
symlinkSync(join(folder, "secret.txt"), join(folder, "site", "link.txt"));
for (const name of ["index.html", "a.wasm", "a.js", "a.gz"]) writeFileSync(join(folder, "site", name), name);
const { server, url } = await serve({ dir: join(folder, "site"), base: "/base/" });
after(() => server.close());

/** A request whose path is sent as it is, with all its dots. */
function ask(path, headers = {}) {
  const { port } = server.address();
  return new Promise((done, failed) => {
    request({ host: "localhost", port, path, headers }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += chunk)).on("end", () => done({ status: response.statusCode, headers: response.headers, body }));
    })
      .on("error", failed)
      .end();
  });
}

test("files are served with their types", async () => {
  const types = { "": "text/html; charset=utf-8", "a.wasm": "application/wasm", "a.js": "text/javascript; charset=utf-8", "a.gz": "application/gzip" };
  for (const [name, type] of Object.entries(types)) {
    const { status, headers } = await ask(`/base/${name}`);
    assert.equal(status, 200);
    assert.equal(headers["content-type"], type);
    assert.equal(headers["content-encoding"], undefined);
  }
});

test("a file that has not changed is not sent again", async () => {
  const { headers } = await ask("/base/a.js");
  assert.equal((await ask("/base/a.js", { "if-none-match": headers.etag })).status, 304);
});

test("nothing outside the folder can be had", async () => {
  for (const path of ["/base/../secret.txt", "/base/%2e%2e/secret.txt", "/base/..%2fsecret.txt", "/base/link.txt", "/a.js", "/base/%00", "/base/%", "/base/none"]) {
    const { status, body } = await ask(path);
    assert.equal(status, 404, path);
    assert.doesNotMatch(body, /secret/);
  }
});

test("a port that is taken is passed over", async () => {
  const taken = server.address().port;
  const second = await serve({ dir: folder, port: taken });
  assert.notEqual(new URL(second.url).port, new URL(url).port);
  second.server.close();
});
