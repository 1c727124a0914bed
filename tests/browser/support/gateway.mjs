// A real gateway in a home of its own: started, killed without mercy, started again at the same address.
import { spawn, execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BINARY = process.env.DEVTAIL_BIN ?? fileURLToPath(new URL("../../../target/debug/devtail", import.meta.url));

export class Gateway {
  /** Starts one on a free port. */
  static async start() {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing. Build it: cargo build --workspace --bins`);
    const gateway = new Gateway();
    gateway.home = await mkdtemp(join(tmpdir(), "devtail-browser-"));
    gateway.listen = "127.0.0.1:0";
    await gateway.up();
    return gateway;
  }

  /** Starts it (again), at the address it had. */
  async up() {
    const started = spawn(BINARY, ["up", "--listen", this.listen, "--state", this.state, "--json"], { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    this.process = started;
    this.log = "";
    started.stderr.on("data", (text) => (this.log += text));
    const { value } = await createInterface({ input: started.stdout })[Symbol.asyncIterator]().next();
    if (value === undefined) throw new Error(`the gateway did not start:\n${this.log}`);
    const said = JSON.parse(value);
    this.listen = said.listen;
    this.url = said.url;
  }

  /** kill -9: no goodbye, nothing written. */
  async kill() {
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    await gone;
  }

  /** A fresh pairing link. */
  async pairingLink() {
    return JSON.parse(await this.cli("pair", "--state", this.state, "--json")).link;
  }

  /** Runs `devtail` on the gateway's machine; returns what it prints. */
  async cli(...words) {
    return (await promisify(execFile)(BINARY, words, { env: this.env })).stdout;
  }

  /** Ends the gateway and every shell it left behind. */
  async end() {
    await this.kill();
    await this.endHolders();
    await rm(this.home, { recursive: true, force: true });
  }

  /** Holders outlive their gateway, as they should; those of this state directory are ended by their own pid. */
  async endHolders() {
    const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,args="]);
    for (const line of stdout.split("\n").filter((line) => line.includes(this.state))) {
      try {
        process.kill(Number.parseInt(line, 10), "SIGKILL");
      } catch (error) {
        if (error.code !== "ESRCH") throw error;
      }
    }
  }

  get state() {
    return join(this.home, "state");
  }

  get env() {
    return { ...process.env, HOME: this.home, SHELL: "/bin/bash", PS1: "$ ", XDG_CONFIG_HOME: join(this.home, "config"), XDG_STATE_HOME: join(this.home, "xdg-state"), HISTFILE: "" };
  }
}
