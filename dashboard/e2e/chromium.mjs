/**
 * Finds Chromium, and installs Debian's where there is none: `node chromium.mjs`.
 *
 * Playwright would download a build of its own; the system's package manager has one that is kept up to date.
 */
import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { argv, env, exit, getuid } from "node:process";
import { pathToFileURL } from "node:url";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
// Without a font of its own every letter would be a box.
const PACKAGES = ["chromium", "fonts-liberation"];

/** @returns {string | undefined} the path of the browser, CHROMIUM or the first on PATH. */
export function findChromium() {
  const folders = (env.PATH ?? "").split(delimiter);
  const candidates = env.CHROMIUM ? [env.CHROMIUM] : NAMES.flatMap((name) => folders.map((it) => join(it, name)));
  return candidates.find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string[]} words */
function aptGet(...words) {
  execFileSync("apt-get", words, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

function install() {
  if (findChromium()) return;
  if (getuid?.() !== 0 || !(env.PATH ?? "").split(delimiter).some((it) => isExecutable(join(it, "apt-get")))) {
    console.error(
      `There is no Chromium: install ${PACKAGES.join(" and ")}, or set CHROMIUM to its path, and try again.`,
    );
    exit(1);
  }
  console.log(`Installing ${PACKAGES.join(" and ")} ...`);
  aptGet("update", "-qq");
  aptGet("install", "-qq", "--yes", "--no-install-recommends", ...PACKAGES);
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) install();
