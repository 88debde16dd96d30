import { existsSync, globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The pages that are built: the portal's and the customs officers' desk. */
const entries = ["web/index.html", "web/customs.html"].map(here).filter((page) => existsSync(page));

const specs = ["web/src/**/*.spec.ts", "singlewindow/subsystems/*/web/**/*.spec.ts", "singlewindow/customs/desks/*/web/**/*.spec.ts"];

/** Tests that put something in a module's place: they cannot share modules with others. */
const replacing = globSync(specs, { cwd: here(".") }).filter((spec) => /\bvi\.(mock|doMock|resetModules)\(/.test(readFileSync(here(spec), "utf8")));

const portal = `http://127.0.0.1:${process.env.SINGLEWINDOW_PORT ?? "8000"}`;

export default defineConfig({
  root: here("./web"),
  cacheDir: here("./node_modules/.vite"),
  plugins: [vue()],
  resolve: { alias: { "@": here("./web/src") } },
  build: {
    outDir: here("./web/dist"),
    emptyOutDir: false, // pages that are open load parts of the build before; the Makefile sweeps
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: entries },
  },
  server: {
    host: "127.0.0.1",
    fs: { allow: [here(".")] },
    proxy: { "/api": { target: portal, changeOrigin: true } },
  },
  test: {
    environment: "happy-dom",
    dir: here("."),
    testTimeout: 30_000, // shared machines stand still at times; what never answers fails all the same
    restoreMocks: true,
    unstubGlobals: true,
    projects: [
      // Most share the modules and the window of their thread: to set both up for each file takes five times as long.
      { extends: true, test: { name: "shared", include: specs, exclude: replacing, pool: "threads", isolate: false, setupFiles: here("./web/src/testing/setup.ts") } },
      { extends: true, test: { name: "apart", include: replacing, setupFiles: here("./web/src/testing/setup.ts") } },
    ],
  },
});
