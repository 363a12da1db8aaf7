// A server of the late-fee example over HTTP on a free port, for the session of the environment (development on loopback).
import { spawn } from "node:child_process";

export async function startHttp(fixture, extra = []) {
  const server = spawn(
    fixture.runner,
    ["serve", "--http", "127.0.0.1:0", "--quiet", "--rate", "0", "--bundle", fixture.bundle, "--config", fixture.config, ...extra],
    { cwd: fixture.directory, env: fixture.environment, stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = new Promise((resolve) => server.on("exit", (code) => resolve(code)));
  const url = await new Promise((resolve, reject) => {
    let text = "";
    server.stderr.on("data", (chunk) => {
      text += chunk;
      const found = text.match(/serving on (http:\/\/127\.0\.0\.1:\d+)/);
      if (found) resolve(found[1]);
    });
    ended.then(() => reject(new Error(`the server ended: ${text}`)));
  });
  return {
    url,
    async stop() {
      server.kill("SIGTERM");
      return ended;
    },
  };
}
