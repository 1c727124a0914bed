// Writes ../src/generated from the .proto files, which are the contract. Needs protoc (Debian: protobuf-compiler).
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

for (const [folder, file] of [
  ["../../protocol/proto", "link.proto"],
  ["../../channels/proto", "terminal.proto"],
]) {
  try {
    execFileSync("protoc", [
      `--plugin=protoc-gen-es=${here("node_modules/.bin/protoc-gen-es")}`,
      `--es_out=${here("../src/generated")}`,
      "--es_opt=target=ts,import_extension=none",
      `-I${here(folder)}`,
      file,
    ], { stdio: "inherit" });
  } catch (error) {
    if (error.code === "ENOENT") console.error("protoc is missing. Install it: apt-get install protobuf-compiler");
    process.exit(1);
  }
}
