import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { bench, type Bench } from "./support.ts";

/** A service under the name `shop.test`, on a Unix socket. */
async function service(listener: RequestListener): Promise<Bench> {
  const folder = mkdtempSync("/tmp/rh-");
  const socket = join(folder, "s");
  await listen(createServer(listener), socket);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return bench({ context: { services: new Map([["shop.test", socket]]) } });
}

/** A server on the loopback interface; its port. */
async function loopback(listener: RequestListener): Promise<number> {
  const server = await listen(createServer(listener), 0, "127.0.0.1");
  return (server.address() as AddressInfo).port;
}

function listen(server: Server, ...where: [string] | [number, string]): Promise<Server> {
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Promise((done) => server.listen(...(where as [string]), () => done(server)));
}

describe("http to a service", () => {
  it("gives status, type and body, and sends what it was told to", async () => {
    const { call } = await service(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          method: request.method,
          url: request.url,
          host: request.headers.host,
          a: request.headers["x-a"],
          body,
        }),
      );
    });
    const result = await call("http", {
      url: "http://shop.test/x?y=1",
      method: "post",
      headers: { "x-a": "b" },
      body: "{}",
    });
    expect(result.is_error).toBe(false);
    expect(result.content).toBe(
      `HTTP 200 OK\ncontent-type: application/json\n\n{"method":"POST","url":"/x?y=1","host":"shop.test","a":"b","body":"{}"}`,
    );
  });

  it.each([429, 502, 503, 504])(
    "calls %i transient for GET, with the time to wait, and never for POST",
    async (status) => {
      const { call } = await service((_, response) => {
        response.writeHead(status, { "retry-after": "2" }).end("busy");
      });
      const get = await call("http", { url: "http://shop.test/" });
      expect(get.failure).toEqual({ kind: "transient", retry_after_ms: 2000 });
      expect(get.content).toMatch(new RegExp(`^HTTP ${status} .*\n\nbusy$`));
      expect((await call("http", { url: "http://shop.test/", method: "POST" })).failure).toEqual({
        kind: "failed",
      });
    },
  );

  it("counts a date in retry-after from the reply's own clock", async () => {
    const { call } = await service((_, response) => {
      response.setHeader("date", "Sat, 21 Nov 2026 10:00:00 GMT");
      response.writeHead(503, { "retry-after": "Sat, 21 Nov 2026 10:00:07 GMT" }).end();
    });
    expect((await call("http", { url: "http://shop.test/" })).failure?.retry_after_ms).toBe(7000);
  });

  it.each([
    [400, "failed"],
    [404, "not_found"],
    [500, "failed"],
  ])("calls %i %s", async (status, kind) => {
    const { call } = await service((_, response) => response.writeHead(status).end());
    expect((await call("http", { url: "http://shop.test/" })).failure).toEqual({ kind });
  });

  it("calls a lost connection transient for GET only", async () => {
    const { call } = await service((request) => request.socket.destroy());
    expect((await call("http", { url: "http://shop.test/" })).failure?.kind).toBe("transient");
    expect((await call("http", { url: "http://shop.test/", method: "HEAD" })).failure?.kind).toBe(
      "transient",
    );
    expect((await call("http", { url: "http://shop.test/", method: "DELETE" })).failure?.kind).toBe("failed");
  });

  it("calls a reply that never comes transient for GET, and a timeout for POST", async () => {
    const { call } = await service(() => {});
    const url = "http://shop.test/";
    expect((await call("http", { url, timeout_seconds: 0.2 })).failure?.kind).toBe("transient");
    expect((await call("http", { url, method: "POST", timeout_seconds: 0.2 })).failure?.kind).toBe("timeout");
  });

  it("gives up on a body that breaks off", async () => {
    const { call } = await service((_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("start");
      setTimeout(() => response.destroy(), 50);
    });
    expect((await call("http", { url: "http://shop.test/" })).failure?.kind).toBe("transient");
  });

  it("cuts a body at 1 MiB, also one that was small before it was unpacked", async () => {
    const { call } = await service((request, response) => {
      if (request.url === "/bomb")
        response.setHeader("content-encoding", "gzip").end(gzipSync(Buffer.alloc(50_000_000, 0x61)));
      else if (request.url === "/small")
        response.setHeader("content-encoding", "gzip").end(gzipSync("small"));
      else response.end("b".repeat(3_000_000));
    });
    for (const path of ["bomb", "long"]) {
      const { content, total_bytes } = await call("http", { url: `http://shop.test/${path}` });
      expect(content).toMatch(/cut after 1048576 bytes/);
      expect(total_bytes).toBeLessThan(1_050_000);
    }
    expect((await call("http", { url: "http://shop.test/small" })).content).toMatch(/small$/);
  });

  it("says how large a body is that is not text", async () => {
    const { call } = await service((_, response) => response.end(Buffer.from([1, 0, 2])));
    expect((await call("http", { url: "http://shop.test/" })).content).toMatch(/3 bytes that are not text/);
  });

  it("follows redirects inside, and asks the guard about each", async () => {
    const port = await loopback((_, response) => response.end("secret of the host"));
    const { call } = await service((request, response) => {
      const to = {
        "/a": "/b",
        "/out": `http://127.0.0.1:${port}/`,
        "/far": "http://example.org/",
        "/loop": "/loop",
        "/file": "file:///etc/passwd",
      }[request.url ?? ""];
      if (to === undefined) response.end(`at ${request.url}, ${request.method}`);
      else response.writeHead(302, { location: to }).end();
    });
    expect((await call("http", { url: "http://shop.test/a", method: "POST" })).content).toMatch(
      /at \/b, GET/,
    );
    expect((await call("http", { url: "http://shop.test/out" })).failure?.kind).toBe("denied");
    expect((await call("http", { url: "http://shop.test/far" })).content).toMatch(/hosts: \["example.org"\]/);
    expect((await call("http", { url: "http://shop.test/loop" })).content).toMatch(/more than 5 redirects/);
    expect((await call("http", { url: "http://shop.test/file" })).is_error).toBe(true);
  });
});

describe("http to the network", () => {
  it("denies hosts that are not listed", async () => {
    const { called } = await bench();
    const { result, decision } = await called("http", { url: "https://api.example.com/v1" });
    expect(decision.rule).toBe("default:network");
    expect(result.content).toContain('hosts: ["api.example.com"]');
  });

  it("reaches a private address only when that address itself is listed", async () => {
    const port = await loopback((_, response) => response.end("inside"));
    const url = `http://127.0.0.1:${port}/`;
    const get = async (hosts: string[], to = url): Promise<string> => {
      const { call } = await bench({ policy: { hosts } });
      const result = await call("http", { url: to });
      return result.is_error ? (result.failure?.kind ?? "") : "reached";
    };
    expect(await get(["127.0.0.1"])).toBe("reached");
    expect(await get([`127.0.0.1:${port}`])).toBe("reached");
    expect(await get(["*.*.*.*"])).toBe("denied");
    expect(await get(["127.0.0.1:1"])).toBe("denied");
    expect(await get(["localhost"], `http://localhost:${port}/`)).toBe("reached");
    expect(await get(["local*"], `http://localhost:${port}/`)).toBe("denied");
    expect(await get(["127.0.0.1"], `http://0x7f.1:${port}/`)).toBe("reached");
    expect(await get(["*.*.*.*"], `http://2130706433:${port}/`)).toBe("denied");
  });

  it("checks the address that a name stands for", async () => {
    const { call } = await bench({ policy: { allow: ["http(GET localhost/*)"] } });
    const result = await call("http", { url: "http://localhost:9/" });
    expect(result.failure?.kind).toBe("denied");
    expect(result.content).toMatch(/localhost is (127\.0\.0\.1|::1), not a public address/);
  });

  it("asks again about the address that a redirect leads to", async () => {
    const inner = await loopback((_, response) => response.end("inside"));
    const listed = await loopback((_, response) =>
      response.writeHead(302, { location: `http://localhost:${inner}/` }).end(),
    );
    // That one private address is listed says nothing about another name that leads to it.
    const { call } = await bench({
      policy: { allow: ["http(GET localhost/*)"], hosts: [`127.0.0.1:${listed}`] },
    });
    expect((await call("http", { url: `http://127.0.0.1:${listed}/` })).failure?.kind).toBe("denied");
    const other = await loopback((_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${inner}/` }).end(),
    );
    const permitted = await bench({ policy: { hosts: [`localhost:${other}`, `127.0.0.1:${inner}`] } });
    expect((await permitted.call("http", { url: `http://localhost:${other}/` })).content).toMatch(/inside/);
  });

  it("drops credentials when a redirect leaves the origin", async () => {
    const seen: (string | undefined)[] = [];
    const second = await loopback((request, response) => {
      seen.push(request.headers.authorization, request.headers["x-keep"] as string);
      response.end("there");
    });
    const first = await loopback((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${second}/` }).end(),
    );
    const { call } = await bench({ policy: { hosts: ["127.0.0.1"] } });
    const headers = { authorization: "Bearer x", "x-keep": "yes" };
    expect((await call("http", { url: `http://127.0.0.1:${first}/`, headers })).content).toMatch(/there/);
    expect(seen).toEqual([undefined, "yes"]);
  });

  it("calls a refused connection transient", async () => {
    const { call } = await bench({ policy: { hosts: ["127.0.0.1"] } });
    expect((await call("http", { url: "http://127.0.0.1:1/" })).failure?.kind).toBe("transient");
  });

  it.each([
    [{ url: "ftp://a.b/" }],
    [{ url: "a.b" }],
    [{ url: "http://me:pw@a.b/" }],
    [{ url: "http://a.b/", method: "TRACE" }],
    [{ url: "http://a.b/", headers: { host: "c.d" } }],
    [{ url: "http://a.b/", headers: { "x-a": "b\r\nc: d" } }],
    [{ url: "http://a.b/", headers: { "a b": "c" } }],
  ])("refuses %j", async (input) => {
    expect((await (await bench()).call("http", input)).failure).toEqual({ kind: "invalid_input" });
  });

  it("ends with the run", async () => {
    const controller = new AbortController();
    const port = await loopback(() => controller.abort());
    const { call } = await bench({
      policy: { hosts: ["127.0.0.1"] },
      context: { signal: controller.signal },
    });
    expect((await call("http", { url: `http://127.0.0.1:${port}/` })).failure).toEqual({ kind: "failed" });
  });
});
