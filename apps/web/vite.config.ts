import { defineConfig } from 'vite';

export default defineConfig({
  root: 'page',
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    // Small files would become data: URLs, which the page's policy forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
