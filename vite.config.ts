import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The pages that are built: the portal's and the customs officers' desk. */
const entries = ["web/index.html", "web/customs.html"].map(here).filter((page) => existsSync(page));

const portal = `http://127.0.0.1:${process.env.SINGLEWINDOW_PORT ?? "8000"}`;

export default defineConfig({
  root: here("./web"),
  cacheDir: here("./node_modules/.vite"),
  plugins: [vue()],
  resolve: { alias: { "@": here("./web/src") } },
  build: {
    outDir: here("./web/dist"),
    emptyOutDir: true,
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
    include: ["web/src/**/*.spec.ts", "singlewindow/subsystems/*/web/**/*.spec.ts", "singlewindow/customs/desks/*/web/**/*.spec.ts"],
    restoreMocks: true,
  },
});
