// Bundles the page and its worker into dist (file names carry a hash of their content), or with --test the tests into dist-test.
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const shared = { bundle: true, format: "esm", logLevel: "warning", charset: "utf8" };
const shipped = { ...shared, target: ["es2022", "chrome109", "firefox115", "safari16.4"], minify: true, legalComments: "none" };
/** What the page shows of itself without the network, besides its script and its style. */
const PICTURES = ["icon.svg", "icons/apple-touch-icon.png", "icons/icon-192.png"];

async function bundlePage() {
  await rm("dist", { recursive: true, force: true });
  const { metafile } = await build({
    ...shipped,
    entryPoints: { app: "src/page/main.ts" },
    outdir: "dist/assets",
    entryNames: "[name]-[hash]",
    metafile: true,
  });
  const names = Object.keys(metafile.outputs).map((path) => path.replace(/^dist\//, ""));
  const named = (ending) => names.find((name) => name.endsWith(ending));
  const page = await readFile("src/page/index.html", "utf8");
  await writeFile("dist/index.html", page.replace("{{js}}", named(".js")).replace("{{css}}", named(".css")));
  for (const name of ["icon.svg", "icons", "manifest.webmanifest"]) await cp(`src/page/${name}`, `dist/${name}`, { recursive: true });
  await bundleWorker([...names, "manifest.webmanifest", ...PICTURES]);
}

/** The worker knows the page's files, so that it changes whenever one of them does: this is how browsers find a new page. */
async function bundleWorker(names) {
  const hash = createHash("sha256");
  for (const name of ["index.html", ...names]) hash.update(name).update(await readFile(`dist/${name}`));
  await build({
    ...shipped,
    format: "iife",
    entryPoints: { worker: "src/worker/worker.ts" },
    outdir: "dist",
    define: { SHELL_FILES: JSON.stringify(names.map((name) => `/${name}`)), SHELL_VERSION: JSON.stringify(hash.digest("hex").slice(0, 16)) },
  });
}

async function bundleTests() {
  await rm("dist-test", { recursive: true, force: true });
  await mkdir("dist-test");
  const tests = (await readdir("test")).filter((name) => name.endsWith(".test.ts"));
  await build({
    ...shared,
    entryPoints: tests.map((name) => `test/${name}`),
    outdir: "dist-test",
    platform: "node",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
  });
}

await (process.argv.includes("--test") ? bundleTests() : bundlePage());
