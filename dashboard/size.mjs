// The size budget of the initial load: what a browser fetches before the first page is complete. `npm run size`.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const KB = 1000;
const LIMITS = { js: { warn: 200 * KB, fail: 250 * KB }, css: { warn: 20 * KB, fail: 20 * KB } };
const FIRST_PAGE = "src/pages/overview/OverviewPage.tsx";

const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const chunks = new Set();
const visit = (key) => {
  if (chunks.has(key)) return;
  if (!manifest[key]) throw new Error(`The build has no ${key}`);
  chunks.add(key);
  for (const imported of manifest[key].imports ?? []) visit(imported);
};
visit("index.html");
visit(FIRST_PAGE);

const files = {
  js: new Set([...chunks].map((key) => manifest[key].file)),
  css: new Set([...chunks].flatMap((key) => manifest[key].css ?? [])),
};
const size = (file) => gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length;
for (const [kind, names] of Object.entries(files)) {
  const total = [...names].map(size).reduce((sum, bytes) => sum + bytes, 0);
  const { warn, fail } = LIMITS[kind];
  const verdict = total > fail ? "TOO LARGE" : total > warn ? "large" : "ok";
  console.log(`${kind.padEnd(4)}${(total / KB).toFixed(1).padStart(7)} kB gzip of ${fail / KB} kB  ${verdict}`);
  if (total > fail) process.exitCode = 1;
}
