/// <reference types="vitest/config" />
// How the console is built: into the Python package, which serves it.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.SATSUMA_SERVER ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../src/satsuma/web/console',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': server } },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/setup.ts'],
  },
});
