// The real gateway as a process, with a state folder of its own; its holders end with it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const STARTS_WITHIN_MS = 60_000;
const PROGRAM = process.env.DEVTAIL_BIN ?? fileURLToPath(new URL("../../../target/debug/devtail", import.meta.url));

export class Gateway {
  #child;
  #state;
  #usedTmux = false;
  #flags = [];
  /** "127.0.0.1:PORT" */
  listen = "127.0.0.1:0";
  /** Where a browser goes to pair, with its code. */
  link = "";

  /** `flags`: what `devtail up` is told besides. */
  static async start(flags = []) {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not built: run cargo build --workspace --bins`);
    const gateway = new Gateway();
    gateway.#flags = flags;
    gateway.#state = await mkdtemp(join(tmpdir(), "devtail-browser-"));
    await mkdir(join(gateway.#state, "home"));
    await mkdir(join(gateway.#state, "tmux"));
    await gateway.restart();
    return gateway;
  }

  /** Starts it (again), on the same port and state. */
  async restart() {
    const said = await this.#up();
    this.listen = said.listen;
    this.link = said.link;
  }

  /** -9: no good-bye, no flush. */
  async kill() {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }

  /** A fresh pairing link. */
  async pair() {
    const child = spawn(PROGRAM, ["pair", "--json", "--state", this.#state], { stdio: ["ignore", "pipe", "inherit"] });
    const said = await firstLine(child);
    return JSON.parse(said).link;
  }

  /** The devices, as a person at the gateway's machine lists them. */
  async devices() {
    const child = spawn(PROGRAM, ["devices", "--json", "--state", this.#state], { stdio: ["ignore", "pipe", "inherit"] });
    return JSON.parse(await firstLine(child));
  }

  /** The sharing links, as that person lists them. */
  async shares() {
    const child = spawn(PROGRAM, ["shares", "--json", "--state", this.#state], { stdio: ["ignore", "pipe", "inherit"] });
    return JSON.parse(await firstLine(child));
  }

  /** Ends one, as that person does. */
  async unshare(id) {
    const child = spawn(PROGRAM, ["unshare", id, "--state", this.#state], { stdio: ["ignore", "ignore", "inherit"] });
    const [code] = await once(child, "exit");
    if (code !== 0) throw new Error(`devtail unshare ended with ${code}`);
  }

  /** Takes a device's permission back, as a person does on the gateway's machine. */
  async revoke(device) {
    const child = spawn(PROGRAM, ["revoke", device, "--state", this.#state], { stdio: ["ignore", "ignore", "inherit"] });
    const [code] = await once(child, "exit");
    if (code !== 0) throw new Error(`devtail revoke ended with ${code}`);
  }

  /** What this gateway's own tmux server says, asked as its user would outside of any gateway. */
  async tmux(...words) {
    this.#usedTmux = true;
    const child = spawn("tmux", ["-u", ...words], { env: this.#env(), stdio: ["ignore", "pipe", "inherit"] });
    const said = text(child.stdout);
    const [code] = await once(child, "exit");
    if (code !== 0) throw new Error(`tmux ${words.join(" ")} ended with ${code}`);
    return (await said).trim();
  }

  /** Ends the gateway and every holder that was started with its state. */
  async end() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
    const server = this.#usedTmux ? await this.tmux("display-message", "-p", "#{pid}").catch(() => "") : "";
    const pids = await processesNaming(this.#state);
    for (const pid of server ? [...pids, Number(server)] : pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        if (error.code !== "ESRCH") throw error;
      }
    }
    await rm(this.#state, { recursive: true, force: true });
  }

  async #up() {
    const args = ["up", "--json", "--listen", this.listen, "--state", this.#state, ...this.#flags];
    this.#child = spawn(PROGRAM, args, { env: this.#env(), stdio: ["ignore", "pipe", "inherit"] });
    return JSON.parse(await firstLine(this.#child));
  }

  /** A person's own settings, and their own tmux, must not decide what is tested. */
  #env() {
    const { TMUX: _, ...env } = process.env;
    return { ...env, HOME: join(this.#state, "home"), SHELL: "/bin/bash", PS1: "$ ", TMUX_TMPDIR: join(this.#state, "tmux") };
  }
}

async function firstLine(child) {
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("the gateway did not say in time that it serves")), STARTS_WITHIN_MS);
    const settle = (how) => (value) => (clearTimeout(late), how(value));
    lines.once("line", settle(resolve));
    // Not its exit: what it said may still stand in the pipe then.
    child.once("close", settle((code) => reject(new Error(`devtail ended with ${code} before it said a line`))));
    child.once("error", settle(reject));
  });
}

async function processesNaming(words) {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const holds = async (pid) => (await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "")).includes(words);
  const found = await Promise.all(pids.map(holds));
  return pids.filter((_, index) => found[index]).map(Number);
}
