/** Debian's Chromium for tests, headless and without any connection but to the pages under test. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Without these it looks for updates and for its maker's hosts at every start. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param more flags @throws where Chromium is not installed; a test of it is never skipped */
export const launchChromium = async (more: readonly string[] = []): Promise<Browser> => {
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing: npm test installs it`);
  return await chromium.launch({ executablePath, args: [...args, ...more] });
};

/** A page, and everything that its scripts complained about. */
export interface Watched {
  page: Page;
  complaints: string[];
}

/** Opens an address in a window of its own, in a browser or in a context that other windows share. */
export const openWindow = async (where: Browser | BrowserContext, url: string): Promise<Watched> => {
  const page = await where.newPage();
  // Shorter than a test may take: then the failure names the step.
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints };
};
