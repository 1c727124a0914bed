// The README's picture, from the real thing: a gateway, a shell, and a browser on it.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, Tab } from "./harness/browser.mjs";
import { Gateway } from "./harness/gateway.mjs";

const PICTURE = fileURLToPath(new URL("../../docs/page.png", import.meta.url));
const SAMPLE = `fn main() {
    let greeting = "the same shell, from anywhere";
    println!("{greeting}");
}
`;

const folder = await mkdtemp(join(tmpdir(), "devtail-picture-"));
const gateway = await Gateway.start();
const browser = await launch();
try {
  await writeFile(join(folder, "main.rs"), SAMPLE);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "dark" });
  const tab = await Tab.open(context);
  await tab.pair(gateway.link, "laptop");
  await tab.run(`cd ${folder} && PS1='\\[\\e[32m\\]devtail\\[\\e[0m\\] $ ' && clear`);
  await tab.run("ls --color=always -l; echo");
  await tab.shows("main.rs");
  await tab.run("cat main.rs; echo");
  await tab.shows("anywhere");
  await tab.run("for i in 1 2 3; do printf '\\e[3%dm●\\e[0m cut %d: nothing lost, nothing typed twice\\n' $i $i; done");
  await tab.shows("cut 3: nothing");
  await mkdir(fileURLToPath(new URL("../../docs/", import.meta.url)), { recursive: true });
  await tab.page.screenshot({ path: PICTURE });
  console.log(PICTURE);
} finally {
  await browser.close();
  await gateway.end();
  await rm(folder, { recursive: true, force: true });
}
