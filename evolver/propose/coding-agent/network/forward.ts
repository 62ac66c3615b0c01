/** Inside the sandbox: a proxy on loopback that carries each connection to a Unix socket, for the command that it runs. */
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";

const [socket = "", file = "", ...args] = process.argv.slice(2);

const server = createServer((client) => {
  const upstream = connect(socket);
  client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
  upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
  client.pipe(upstream).pipe(client);
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const proxy = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
  const child = spawn(file, args, {
    stdio: "inherit",
    env: {
      ...process.env,
      HTTPS_PROXY: proxy,
      https_proxy: proxy,
      HTTP_PROXY: proxy,
      http_proxy: proxy,
      ALL_PROXY: proxy,
      NODE_USE_ENV_PROXY: "1",
    },
  });
  child.on("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(127);
  });
  child.on("exit", (code) => process.exit(code ?? 1));
});
