import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

// `HDP_SERVER=http://127.0.0.1:8765 npm run dev` develops against a running server.
const server = process.env.HDP_SERVER ?? 'http://127.0.0.1:8765'

export default defineConfig({
  base: './',
  plugins: [svelte()],
  build: {
    outDir: '../hdp/_frontend',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the server's content policy allows no inline script
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': server } },
  test: { environment: 'node', include: ['tests/**/*.test.ts'] },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
})
