// The README's pictures, from the real thing: a gateway, a shell, and a browser on it. Into docs/images, or the folder named.
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, SIZES, Tab } from "./harness/browser.mjs";
import { Gateway } from "./harness/gateway.mjs";

const README = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const pictures = process.argv[2] ?? README;
const PROMPT = /devtail \$\n*$/;
const FILES = {
  "main.rs": 'fn main() {\n    println!("the same shell, from anywhere");\n}\n',
  cuts: "#!/bin/bash\nfor n in 1 2 3; do printf '\\e[3%dm●\\e[0m cut %d: nothing lost, nothing twice\\n' $n $n; done\n",
};

const folder = await mkdtemp(join(tmpdir(), "devtail-picture-"));
const gateway = await Gateway.start();
const browser = await launch();
try {
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  await chmod(join(folder, "cuts"), 0o755);
  await mkdir(pictures, { recursive: true });
  for (const [size, options] of Object.entries(SIZES)) {
    const context = await browser.newContext({ ...options, colorScheme: "dark" });
    const tab = await Tab.open(context);
    await tab.pair(await gateway.pair(), size);
    await tab.run(`cd ${folder}; PS1='\\[\\e[32m\\]devtail\\[\\e[0m\\] $ '; clear`);
    for (const command of ["ls --color=always", "cat main.rs", "./cuts"]) {
      await tab.shows(PROMPT);
      await tab.run(command);
      await tab.shows(command);
    }
    await tab.shows("cut 3: nothing lost");
    await tab.shows(PROMPT);
    const path = join(pictures, `terminal-${size}.png`);
    await tab.page.screenshot({ path });
    console.log(path);
    await context.close();
  }
} finally {
  await browser.close();
  await gateway.end();
  await rm(folder, { recursive: true, force: true });
}
