// Bundles the page into dist (file names carry a hash of their content), or with --test the tests into dist-test.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const shared = { bundle: true, format: "esm", logLevel: "warning", charset: "utf8" };

async function bundlePage() {
  await rm("dist", { recursive: true, force: true });
  const { metafile } = await build({
    ...shared,
    entryPoints: { app: "src/page/main.ts" },
    outdir: "dist/assets",
    entryNames: "[name]-[hash]",
    target: ["es2022", "chrome109", "firefox115", "safari16.4"],
    minify: true,
    metafile: true,
    legalComments: "none",
  });
  const names = Object.keys(metafile.outputs).map((path) => path.replace(/^dist\//, ""));
  const named = (ending) => names.find((name) => name.endsWith(ending));
  const page = await readFile("src/page/index.html", "utf8");
  await writeFile("dist/index.html", page.replace("{{js}}", named(".js")).replace("{{css}}", named(".css")));
  await cp("src/page/icon.svg", "dist/icon.svg");
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
