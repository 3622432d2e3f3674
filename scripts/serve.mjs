// Serves a folder over HTTP on this machine: `node scripts/serve.mjs [--dir dist] [--port 8080] [--base /]`.
// Used by `make serve`, and by the browser tests from a sub-path. Takes the next free port when one is taken.

import { createReadStream, realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const TYPES = {
  ".cff": "text/plain; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".gz": "application/gzip", // a data set's file as it is: no Content-Encoding
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** Serves `dir` under the path `base`, which begins and ends with a slash. Resolves to { server, url }.
 *  `cors`: other origins may read the files, as frames that a page keeps apart (`sandbox`) must. */
export async function serve({ dir, port = 0, base = "/", cors = true }) {
  const root = realpathSync(resolve(dir));
  const server = createServer((request, response) => {
    answer(root, base, cors, request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
      response.end(`${error.message}\n`);
    });
  });
  await listen(server, port);
  return { server, url: `http://localhost:${server.address().port}${base}` };
}

/** Listens on `port` or, up to twenty further, on the first that is free. */
async function listen(server, port) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await new Promise((done, failed) => {
        server.once("error", failed);
        server.listen(port && port + attempt, "localhost", () => {
          server.off("error", failed);
          done();
        });
      });
    } catch (error) {
      if (error.code !== "EADDRINUSE" || attempt >= 20) throw error;
    }
  }
}

async function answer(root, base, cors, request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  const file = pathname.startsWith(base) ? await find(root, pathname.slice(base.length)) : null;
  if (!file || !["GET", "HEAD"].includes(request.method)) {
    response.writeHead(file ? 405 : 404, { "content-type": "text/plain" });
    return response.end(file ? "only GET and HEAD\n" : "not found\n");
  }
  const etag = `"${file.size}-${Math.floor(file.mtimeMs)}"`;
  const headers = { etag, "cache-control": "no-cache", "x-content-type-options": "nosniff", ...(cors ? { "access-control-allow-origin": "*" } : {}) };
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, headers);
    return response.end();
  }
  const type = TYPES[extname(file.path)] ?? "application/octet-stream";
  response.writeHead(200, { ...headers, "content-type": type, "content-length": file.size });
  if (request.method === "HEAD") return response.end();
  createReadStream(file.path).on("error", () => response.destroy()).pipe(response);
}

/** The file at a URL's path, or null; nothing outside `root`, not even through a link. */
async function find(root, path) {
  try {
    const wanted = join(root, decodeURIComponent(path));
    const real = realpathSync(wanted.endsWith(sep) || wanted === root ? join(wanted, "index.html") : wanted);
    if (!real.startsWith(root + sep)) return null;
    const found = await stat(real);
    return found.isFile() ? { path: real, size: found.size, mtimeMs: found.mtimeMs } : null;
  } catch {
    return null;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { dir: { type: "string", default: "dist" }, port: { type: "string", default: "8080" }, base: { type: "string", default: "/" } },
  });
  try {
    const { url } = await serve({ ...values, port: Number(values.port) });
    console.log(`Engram is served at ${url}  (Ctrl-C ends it)`);
  } catch (error) {
    console.error(`error: ${error.code === "ENOENT" ? `${values.dir} does not exist: run \`make site\` first` : error.message}`);
    process.exit(1);
  }
}
