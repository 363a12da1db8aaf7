#!/usr/bin/env python3
"""A loopback proxy that loses connections on purpose, for PostgreSQL and MySQL without TLS.

usage: cut_proxy.py TARGET_HOST TARGET_PORT

Prints the port it listens on, then obeys lines on standard input and answers each with `ok`; it ends with its input.

  pass                     forward everything (the beginning)
  cut up|down N            after N more bytes in that direction over all connections, close them all
  before-commit            when a client sends COMMIT: close without forwarding it
  drop-commit-answer       forward COMMIT, wait for the server's answer, drop it, close
  hang-commit-answer       forward COMMIT, drop its answer, keep the connection open and silent
  close                    close all connections now
  refuse                   close new connections at once (and those open now)
  count                    answers `ok N`: how many COMMITs have been seen

`before-commit`, `drop-…` and `hang-…` act once and then become `pass`. `up` is from client to server.
"""
import asyncio
import os
import re
import sys

COMMIT = re.compile(rb"COMMIT(?!TED)", re.I)  # not the isolation level's name
OVERLAP = 8  # bytes kept of the last piece, so that a COMMIT in two pieces is seen


class Proxy:
    def __init__(self, host, port):
        self.target = (host, port)
        self.rule = "pass"
        self.left = {"up": None, "down": None}
        self.commits = 0
        self.open = set()

    async def serve(self, client, client_out):
        if self.rule == "refuse":
            client_out.close()
            return
        try:
            server, server_out = await asyncio.open_connection(*self.target)
        except OSError:
            client_out.close()
            return
        connection = Connection(self, client_out, server_out)
        self.open.add(connection)
        await asyncio.gather(connection.up(client), connection.down(server), return_exceptions=True)
        connection.close()
        self.open.discard(connection)

    def close_all(self):
        for connection in list(self.open):
            connection.close()

    def allowed(self, direction, piece):
        """The part of `piece` that may still pass in that direction, and whether the limit is reached."""
        left = self.left[direction]
        if left is None:
            return piece, False
        part = piece[:left]
        self.left[direction] = left - len(part)
        return part, self.left[direction] == 0

    def command(self, line):
        words = line.split()
        if not words:
            return "ok"
        name = words[0]
        if name == "count":
            return f"ok {self.commits}"
        if name == "close":
            self.close_all()
            return "ok"
        if name == "cut" and len(words) == 3 and words[1] in self.left:
            self.left[words[1]] = int(words[2])
            if int(words[2]) == 0:
                self.close_all()
            return "ok"
        if name in ("pass", "before-commit", "drop-commit-answer", "hang-commit-answer", "refuse"):
            self.rule = name
            self.left = {"up": None, "down": None}
            if name == "refuse":
                self.close_all()
            return "ok"
        return f"unknown: {line}"


class Connection:
    def __init__(self, proxy, client_out, server_out):
        self.proxy, self.client_out, self.server_out = proxy, client_out, server_out
        self.dropping = None  # what happens to the server's next answer
        self.seen = b""

    def close(self):
        for out in (self.client_out, self.server_out):
            if not out.is_closing():
                # A reset, as from a machine that is gone, not an orderly end.
                out.transport.abort()

    async def end_all_now_open(self):
        ending = list(self.proxy.open)
        await asyncio.sleep(0.02)  # what was sent arrives before the end does
        for connection in ending:
            connection.close()

    async def up(self, client):
        while piece := await client.read(65536):
            window = self.seen + piece
            self.seen = window[-OVERLAP:]
            # A match inside the kept overlap was seen before; at its end, one more byte decides about COMMITTED.
            if any(m.end() > len(window) - len(piece) for m in COMMIT.finditer(window)):
                self.proxy.commits += 1
                rule = self.proxy.rule
                if rule == "before-commit":
                    self.proxy.rule = "pass"
                    break
                if rule in ("drop-commit-answer", "hang-commit-answer"):
                    self.proxy.rule = "pass"
                    self.dropping = rule
            part, reached = self.proxy.allowed("up", piece)
            self.server_out.write(part)
            await self.server_out.drain()
            if reached:
                await self.end_all_now_open()
                break
        self.close()

    async def down(self, server):
        while piece := await server.read(65536):
            if self.dropping == "drop-commit-answer":
                break
            if self.dropping == "hang-commit-answer":
                continue
            part, reached = self.proxy.allowed("down", piece)
            self.client_out.write(part)
            await self.client_out.drain()
            if reached:
                await self.end_all_now_open()
                break
        self.close()


async def main(host, port):
    proxy = Proxy(host, int(port))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        print(proxy.command(line.decode()), flush=True)
    os._exit(0)  # with every connection, whatever its state


if len(sys.argv) != 3:
    sys.exit(__doc__.strip())
asyncio.run(main(sys.argv[1], sys.argv[2]))
