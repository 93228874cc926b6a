import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The running stack that `npm run dev` sends API requests to: make run prints its address.
const api = process.env.API ?? "http://127.0.0.1:8000";
const paths =
  "^/(tickets|changes|stats|incidents|deliveries|destinations|dead-letters|score|model|audit|feedback|health|customers|openapi.json|docs)";

export default defineConfig({
  base: "/app/",
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("src", import.meta.url)) } },
  build: {
    manifest: true, // read by size.mjs
    assetsInlineLimit: 0, // the content security policy allows no data: addresses
    reportCompressedSize: false,
  },
  server: { proxy: { [paths]: api } },
  test: { environment: "happy-dom", isolate: false, css: true, include: ["src/**/*.test.{ts,tsx}"] },
});
