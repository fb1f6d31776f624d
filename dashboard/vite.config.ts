/** Builds the dashboard into dist/dashboard. Its types are those of the API's declarations. */
import path from 'node:path'
import { defineConfig } from 'vite'

const root = import.meta.dirname

export default defineConfig({
  root,
  base: './',
  publicDir: false,
  cacheDir: path.join(root, '../dist/vite'),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: path.join(root, '../dist/dashboard'),
    emptyOutDir: true,
    target: 'es2022',
    // A policy of `script-src 'self'` allows neither inline scripts nor data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
  },
})
