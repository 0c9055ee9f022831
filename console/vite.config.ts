import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig } from "vitest/config";

const OUT = process.env.CONSOLE_OUT ?? join(__dirname, "build/site");

/** What `npm run dev` passes requests on to, with the Host that the browser sent: the session wants to be asked from its own page. */
const API = { target: process.env.API ?? "http://localhost:8000", changeOrigin: false };

/** Writes a `.gz` and a `.br` beside every file, so that the server never compresses. */
function precompress() {
  return {
    name: "precompress",
    closeBundle() {
      for (const name of readdirSync(OUT)) {
        const bytes = readFileSync(join(OUT, name));
        writeFileSync(join(OUT, `${name}.gz`), gzipSync(bytes, { level: 9 }));
        writeFileSync(join(OUT, `${name}.br`), brotliCompressSync(bytes, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
        }));
      }
    },
  };
}

export default defineConfig(({ command }) => ({
  base: command === "build" ? "./" : "/admin/", // built, it is right under any prefix
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  plugins: [precompress()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    assetsDir: "", // all files in one folder: /admin/{file}
    assetsInlineLimit: 0,
    modulePreload: false, // Firefox checks it against default-src
    cssCodeSplit: false,
    reportCompressedSize: false,
    rollupOptions: {
      output: { entryFileNames: "[name]-[hash].js", chunkFileNames: "[name]-[hash].js", assetFileNames: "[name]-[hash][extname]" },
    },
  },
  server: { proxy: { "/api": API, "/admin/session": API } },
  test: { include: ["tests/**/*.test.ts"], setupFiles: ["tests/setup.ts"] },
}));
